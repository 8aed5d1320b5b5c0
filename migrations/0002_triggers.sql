CREATE TABLE `trigger_events` (
	`trigger_id` text NOT NULL,
	`event_id` text NOT NULL,
	`namespace_id` text NOT NULL,
	`counted_at` integer NOT NULL,
	PRIMARY KEY(`trigger_id`, `event_id`)
);
--> statement-breakpoint
CREATE INDEX `trigger_events_by_time` ON `trigger_events` (`counted_at`);--> statement-breakpoint
CREATE INDEX `trigger_events_of_namespace` ON `trigger_events` (`namespace_id`);--> statement-breakpoint
CREATE TABLE `trigger_firings` (
	`id` text PRIMARY KEY NOT NULL,
	`trigger_id` text NOT NULL,
	`namespace_id` text NOT NULL,
	`scheduled_for` text NOT NULL,
	`cause` text NOT NULL,
	`status` text NOT NULL,
	`events` integer DEFAULT 0 NOT NULL,
	`cluster_id` text,
	`run_id` text,
	`task_id` text,
	`error` text,
	`execution_ms` integer,
	`num_clusters` integer,
	`num_documents` integer,
	`triggered_at` text NOT NULL,
	`ended_at` text
);
--> statement-breakpoint
CREATE INDEX `firings_of_trigger` ON `trigger_firings` (`trigger_id`,`triggered_at`);--> statement-breakpoint
CREATE INDEX `firings_of_run` ON `trigger_firings` (`run_id`);--> statement-breakpoint
CREATE INDEX `firings_of_namespace` ON `trigger_firings` (`namespace_id`);--> statement-breakpoint
CREATE INDEX `firings_by_time` ON `trigger_firings` (`triggered_at`);--> statement-breakpoint
CREATE TABLE `triggers` (
	`id` text PRIMARY KEY NOT NULL,
	`namespace_id` text NOT NULL,
	`origin` text NOT NULL,
	`action_type` text NOT NULL,
	`action_config` text NOT NULL,
	`resource_id` text NOT NULL,
	`execution_config` text,
	`trigger_type` text NOT NULL,
	`schedule` text NOT NULL,
	`status` text NOT NULL,
	`description` text,
	`created_by` text,
	`next_at` integer,
	`event_counter` integer DEFAULT 0 NOT NULL,
	`last_triggered_at` text,
	`last_cooldown_at` text,
	`last_task_id` text,
	`last_status` text,
	`last_error` text,
	`execution_count` integer DEFAULT 0 NOT NULL,
	`consecutive_failures` integer DEFAULT 0 NOT NULL,
	`baseline` text,
	`measurement` text,
	`last_check_at` text,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `triggers_due` ON `triggers` (`status`,`next_at`);--> statement-breakpoint
CREATE INDEX `triggers_of_namespace` ON `triggers` (`namespace_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `triggers_of_resource` ON `triggers` (`resource_id`);