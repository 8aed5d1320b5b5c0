CREATE TABLE `group_labels` (
	`run_id` text NOT NULL,
	`group_id` text NOT NULL,
	`namespace_id` text NOT NULL,
	`cluster_id` text NOT NULL,
	`label` text NOT NULL,
	`summary` text,
	`keywords` text,
	`representatives` text NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL,
	PRIMARY KEY(`run_id`, `group_id`)
);
--> statement-breakpoint
CREATE INDEX `group_labels_of_cluster` ON `group_labels` (`cluster_id`);--> statement-breakpoint
CREATE INDEX `group_labels_of_namespace` ON `group_labels` (`namespace_id`);