CREATE TABLE `label_cache` (
	`namespace_id` text NOT NULL,
	`key` text NOT NULL,
	`answer` text NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`namespace_id`, `key`)
);
--> statement-breakpoint
CREATE INDEX `label_cache_expiry` ON `label_cache` (`expires_at`);