CREATE TABLE `taxonomies` (
	`id` text PRIMARY KEY NOT NULL,
	`namespace_id` text NOT NULL,
	`name` text NOT NULL,
	`version` integer NOT NULL,
	`doc` text NOT NULL,
	`search` text DEFAULT '' NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `taxonomies_name` ON `taxonomies` (`namespace_id`,`name`);--> statement-breakpoint
CREATE TABLE `taxonomy_versions` (
	`taxonomy_id` text NOT NULL,
	`version` integer NOT NULL,
	`namespace_id` text NOT NULL,
	`doc` text NOT NULL,
	PRIMARY KEY(`taxonomy_id`, `version`)
);
--> statement-breakpoint
CREATE INDEX `taxonomy_versions_of_namespace` ON `taxonomy_versions` (`namespace_id`);