CREATE TABLE `api_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`hash` text NOT NULL,
	`scopes` text NOT NULL,
	`namespaces` text,
	`revoked_at` text,
	`doc` text NOT NULL,
	`search` text DEFAULT '' NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_hash` ON `api_keys` (`hash`);--> statement-breakpoint
CREATE TABLE `clusters` (
	`id` text PRIMARY KEY NOT NULL,
	`namespace_id` text NOT NULL,
	`name` text NOT NULL,
	`definition` text NOT NULL,
	`last_run_id` text,
	`doc` text NOT NULL,
	`search` text DEFAULT '' NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `clusters_name` ON `clusters` (`namespace_id`,`name`);--> statement-breakpoint
CREATE TABLE `collections` (
	`id` text PRIMARY KEY NOT NULL,
	`namespace_id` text NOT NULL,
	`name` text NOT NULL,
	`doc` text NOT NULL,
	`search` text DEFAULT '' NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `collections_name` ON `collections` (`namespace_id`,`name`);--> statement-breakpoint
CREATE TABLE `executions` (
	`id` text PRIMARY KEY NOT NULL,
	`namespace_id` text NOT NULL,
	`cluster_id` text NOT NULL,
	`task_id` text NOT NULL,
	`status` text NOT NULL,
	`plan` text,
	`artifacts` text,
	`doc` text NOT NULL,
	`search` text DEFAULT '' NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `executions_of_cluster` ON `executions` (`cluster_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `executions_of_namespace` ON `executions` (`namespace_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `executions_running` ON `executions` (`cluster_id`) WHERE status in ('pending', 'processing');--> statement-breakpoint
CREATE TABLE `idempotency` (
	`id` text PRIMARY KEY NOT NULL,
	`namespace_id` text,
	`attempt` text NOT NULL,
	`request_hash` text,
	`batch_id` text,
	`status` integer,
	`content_type` text,
	`locked_until` integer NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `idempotency_expiry` ON `idempotency` (`expires_at`);--> statement-breakpoint
CREATE TABLE `idempotency_bodies` (
	`id` text NOT NULL,
	`part` integer NOT NULL,
	`bytes` blob NOT NULL,
	PRIMARY KEY(`id`, `part`)
);
--> statement-breakpoint
CREATE TABLE `namespaces` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`deleting_at` text,
	`doc` text NOT NULL,
	`search` text DEFAULT '' NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `namespaces_name` ON `namespaces` (`name`);--> statement-breakpoint
CREATE TABLE `tasks` (
	`id` text PRIMARY KEY NOT NULL,
	`namespace_id` text NOT NULL,
	`cluster_id` text,
	`run_id` text,
	`doc` text NOT NULL,
	`search` text DEFAULT '' NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `tasks_of_namespace` ON `tasks` (`namespace_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `tasks_of_cluster` ON `tasks` (`cluster_id`);--> statement-breakpoint
CREATE INDEX `tasks_of_run` ON `tasks` (`run_id`);