CREATE TABLE `jobs` (
	`id` text PRIMARY KEY NOT NULL,
	`namespace_id` text NOT NULL,
	`kind` text NOT NULL,
	`task_id` text,
	`state` text NOT NULL,
	`status` text NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`error` text,
	`due_at` integer NOT NULL,
	`locked_until` integer DEFAULT 0 NOT NULL,
	`lease` text,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `jobs_due` ON `jobs` (`status`,`due_at`);--> statement-breakpoint
CREATE INDEX `jobs_of_namespace` ON `jobs` (`namespace_id`);--> statement-breakpoint
CREATE INDEX `jobs_of_task` ON `jobs` (`task_id`);