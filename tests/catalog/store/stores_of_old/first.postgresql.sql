CREATE TABLE authorities (
	element VARCHAR(60) NOT NULL,
	department VARCHAR(200) NOT NULL,
	department_code VARCHAR(18) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	field VARCHAR(63) NOT NULL,
	named_at VARCHAR(32) NOT NULL,
	basis TEXT NOT NULL,
	CONSTRAINT pk_authorities PRIMARY KEY (element)
);
CREATE TABLE builds (
	id VARCHAR(40) NOT NULL,
	run VARCHAR(60) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	state VARCHAR(20) NOT NULL,
	reason TEXT NOT NULL,
	lines_read BIGINT NOT NULL,
	landed BIGINT NOT NULL,
	typed BIGINT NOT NULL,
	quarantined BIGINT NOT NULL,
	quality FLOAT,
	grade INTEGER,
	timings JSON NOT NULL,
	started_at VARCHAR(32) NOT NULL,
	ended_at VARCHAR(32) NOT NULL,
	CONSTRAINT pk_builds PRIMARY KEY (id)
);
CREATE INDEX ix_builds_dataset ON builds (dataset, ended_at);
CREATE TABLE checkpoints (
	size BIGINT NOT NULL,
	root VARCHAR(64) NOT NULL,
	frontier TEXT NOT NULL,
	note TEXT,
	made_at VARCHAR(32) NOT NULL,
	CONSTRAINT pk_checkpoints PRIMARY KEY (size)
);
CREATE TABLE code_counters (
	front VARCHAR(40) NOT NULL,
	last INTEGER NOT NULL,
	CONSTRAINT pk_code_counters PRIMARY KEY (front)
);
CREATE TABLE editions (
	id VARCHAR(40) NOT NULL,
	period VARCHAR(10) NOT NULL,
	number INTEGER NOT NULL,
	closed_at VARCHAR(32) NOT NULL,
	digest VARCHAR(64) NOT NULL,
	signature TEXT NOT NULL,
	versions JSON NOT NULL,
	CONSTRAINT pk_editions PRIMARY KEY (id),
	CONSTRAINT uq_editions_period_number UNIQUE (period, number)
);
CREATE TABLE entries (
	id VARCHAR(40) NOT NULL,
	name VARCHAR(130) NOT NULL,
	code VARCHAR(60) NOT NULL,
	title VARCHAR(200) NOT NULL,
	department VARCHAR(200) NOT NULL,
	department_code VARCHAR(18) NOT NULL,
	state VARCHAR(20) NOT NULL,
	current_revision INTEGER NOT NULL,
	created_at VARCHAR(32) NOT NULL,
	published_at VARCHAR(32),
	path TEXT,
	CONSTRAINT pk_entries PRIMARY KEY (id),
	CONSTRAINT uq_entries_name UNIQUE (name),
	CONSTRAINT uq_entries_code UNIQUE (code)
);
CREATE TABLE evidence_entries (
	id VARCHAR(40) NOT NULL,
	event VARCHAR(80) NOT NULL,
	subject VARCHAR(200) NOT NULL,
	body TEXT NOT NULL,
	leaf_hash VARCHAR(64) NOT NULL,
	recorded_at VARCHAR(32) NOT NULL,
	position BIGINT,
	CONSTRAINT pk_evidence_entries PRIMARY KEY (id),
	CONSTRAINT uq_evidence_entries_position UNIQUE (position)
);
CREATE INDEX ix_evidence_entries_subject ON evidence_entries (subject);
CREATE TABLE forms (
	code VARCHAR(60) NOT NULL,
	title VARCHAR(200) NOT NULL,
	issuer VARCHAR(200) NOT NULL,
	basis TEXT NOT NULL,
	period VARCHAR(20) NOT NULL,
	subject_kind VARCHAR(40) NOT NULL,
	items JSON NOT NULL,
	valid_from DATE NOT NULL,
	valid_to DATE NOT NULL,
	admitted_by VARCHAR(200) NOT NULL,
	admitted_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_forms PRIMARY KEY (code)
);
CREATE TABLE intents (
	id VARCHAR(40) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	fence BIGINT NOT NULL,
	vault_version BIGINT NOT NULL,
	protected_version BIGINT NOT NULL,
	release JSON NOT NULL,
	opened_at VARCHAR(32) NOT NULL,
	closed_at VARCHAR(32),
	outcome VARCHAR(20),
	CONSTRAINT pk_intents PRIMARY KEY (id)
);
CREATE TABLE leases (
	dataset VARCHAR(130) NOT NULL,
	holder VARCHAR(80),
	fence BIGINT NOT NULL,
	expires_at VARCHAR(32),
	CONSTRAINT pk_leases PRIMARY KEY (dataset)
);
CREATE TABLE lineage_edges (
	source_dataset VARCHAR(130) NOT NULL,
	source_field VARCHAR(63) NOT NULL,
	target_dataset VARCHAR(130) NOT NULL,
	target_field VARCHAR(63) NOT NULL,
	subtype VARCHAR(30) NOT NULL,
	CONSTRAINT pk_lineage_edges PRIMARY KEY (source_dataset, source_field, target_dataset, target_field)
);
CREATE INDEX ix_lineage_edges_target ON lineage_edges (target_dataset, target_field);
CREATE TABLE notices (
	id VARCHAR(40) NOT NULL,
	organisation VARCHAR(40) NOT NULL,
	kind VARCHAR(20) NOT NULL,
	subject VARCHAR(40) NOT NULL,
	message TEXT NOT NULL,
	sent_at VARCHAR(32) NOT NULL,
	read_at VARCHAR(32),
	CONSTRAINT pk_notices PRIMARY KEY (id)
);
CREATE INDEX ix_notices_organisation ON notices (organisation, sent_at);
CREATE TABLE organisations (
	code VARCHAR(40) NOT NULL,
	name VARCHAR(200) NOT NULL,
	kind VARCHAR(20) NOT NULL,
	registered_at VARCHAR(32) NOT NULL,
	CONSTRAINT pk_organisations PRIMARY KEY (code)
);
CREATE TABLE privacy_years (
	kind VARCHAR(40) NOT NULL,
	year INTEGER NOT NULL,
	nrho BIGINT NOT NULL,
	fdelta BIGINT NOT NULL,
	CONSTRAINT pk_privacy_years PRIMARY KEY (kind, year)
);
CREATE TABLE refused_strangers (
	minute VARCHAR(32) NOT NULL,
	reason VARCHAR(80) NOT NULL,
	count INTEGER NOT NULL,
	CONSTRAINT pk_refused_strangers PRIMARY KEY (minute, reason)
);
CREATE TABLE releases (
	id VARCHAR(40) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	number INTEGER NOT NULL,
	revision INTEGER NOT NULL,
	vault_version BIGINT NOT NULL,
	protected_version BIGINT NOT NULL,
	row_count BIGINT NOT NULL,
	content_hash VARCHAR(64) NOT NULL,
	fingerprint VARCHAR(64) NOT NULL,
	lines_read BIGINT NOT NULL,
	landed BIGINT NOT NULL,
	typed BIGINT NOT NULL,
	quarantined BIGINT NOT NULL,
	counts JSON NOT NULL,
	quality FLOAT,
	dimensions JSON NOT NULL,
	grade INTEGER NOT NULL,
	facts JSON NOT NULL,
	published_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_releases PRIMARY KEY (id),
	CONSTRAINT uq_releases_dataset_number UNIQUE (dataset, number)
);
CREATE INDEX ix_releases_dataset ON releases (dataset);
CREATE TABLE attributions (
	release_id VARCHAR(40) NOT NULL,
	since_release_id VARCHAR(40) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	changed BIGINT NOT NULL,
	attributed BIGINT NOT NULL,
	unattributed BIGINT NOT NULL,
	CONSTRAINT pk_attributions PRIMARY KEY (release_id, since_release_id),
	CONSTRAINT ck_attributions_balance CHECK (changed = attributed + unattributed),
	CONSTRAINT fk_attributions_release_id FOREIGN KEY(release_id) REFERENCES releases (id)
);
CREATE INDEX ix_attributions_dataset ON attributions (dataset);
CREATE TABLE client_tokens (
	id VARCHAR(40) NOT NULL,
	organisation VARCHAR(40) NOT NULL,
	role VARCHAR(20) NOT NULL,
	sha256 VARCHAR(64) NOT NULL,
	issued_by VARCHAR(200) NOT NULL,
	issued_at VARCHAR(32) NOT NULL,
	expires_at VARCHAR(32) NOT NULL,
	revoked_at VARCHAR(32),
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_client_tokens PRIMARY KEY (id),
	CONSTRAINT fk_client_tokens_organisation FOREIGN KEY(organisation) REFERENCES organisations (code),
	CONSTRAINT uq_client_tokens_sha256 UNIQUE (sha256)
);
CREATE INDEX ix_client_tokens_organisation ON client_tokens (organisation);
CREATE TABLE findings (
	build_id VARCHAR(40) NOT NULL,
	field VARCHAR(63) NOT NULL,
	detector VARCHAR(40) NOT NULL,
	grade INTEGER NOT NULL,
	score FLOAT NOT NULL,
	evidence JSON NOT NULL,
	beyond_declared BOOLEAN NOT NULL,
	CONSTRAINT pk_findings PRIMARY KEY (build_id, field, detector),
	CONSTRAINT fk_findings_build_id FOREIGN KEY(build_id) REFERENCES builds (id)
);
CREATE TABLE grassroots_bodies (
	code VARCHAR(40) NOT NULL,
	area VARCHAR(12) NOT NULL,
	registered_at VARCHAR(32) NOT NULL,
	CONSTRAINT pk_grassroots_bodies PRIMARY KEY (code),
	CONSTRAINT fk_grassroots_bodies_code FOREIGN KEY(code) REFERENCES organisations (code)
);
CREATE TABLE quality_results (
	build_id VARCHAR(40) NOT NULL,
	rule VARCHAR(120) NOT NULL,
	fields JSON NOT NULL,
	dimension VARCHAR(20) NOT NULL,
	action VARCHAR(20) NOT NULL,
	passed BOOLEAN NOT NULL,
	good BIGINT NOT NULL,
	evaluated BIGINT NOT NULL,
	CONSTRAINT pk_quality_results PRIMARY KEY (build_id, rule),
	CONSTRAINT fk_quality_results_build_id FOREIGN KEY(build_id) REFERENCES builds (id)
);
CREATE TABLE requests (
	id VARCHAR(40) NOT NULL,
	kind VARCHAR(20) NOT NULL,
	applicant VARCHAR(40) NOT NULL,
	purpose VARCHAR(60) NOT NULL,
	statement JSON NOT NULL,
	use_until DATE,
	share_type VARCHAR(20) NOT NULL,
	state VARCHAR(20) NOT NULL,
	missing JSON NOT NULL,
	received_at VARCHAR(32) NOT NULL,
	due_on DATE,
	due_provisional BOOLEAN NOT NULL,
	due_rule VARCHAR(80) NOT NULL,
	answered_at VARCHAR(32),
	basis TEXT,
	answered_by VARCHAR(200),
	CONSTRAINT pk_requests PRIMARY KEY (id),
	CONSTRAINT fk_requests_applicant FOREIGN KEY(applicant) REFERENCES organisations (code)
);
CREATE INDEX ix_requests_applicant ON requests (applicant, state);
CREATE TABLE revisions (
	id VARCHAR(40) NOT NULL,
	entry_id VARCHAR(40) NOT NULL,
	number INTEGER NOT NULL,
	contract TEXT NOT NULL,
	digest VARCHAR(64) NOT NULL,
	reason TEXT NOT NULL,
	made_by VARCHAR(200) NOT NULL,
	made_at VARCHAR(32) NOT NULL,
	CONSTRAINT pk_revisions PRIMARY KEY (id),
	CONSTRAINT uq_revisions_entry_id_number UNIQUE (entry_id, number),
	CONSTRAINT fk_revisions_entry_id FOREIGN KEY(entry_id) REFERENCES entries (id)
);
CREATE TABLE corrections (
	id VARCHAR(40) NOT NULL,
	asker VARCHAR(40) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	release_id VARCHAR(40) NOT NULL,
	row VARCHAR(64) NOT NULL,
	field VARCHAR(63) NOT NULL,
	row_key JSON NOT NULL,
	old_value TEXT,
	new_value TEXT NOT NULL,
	reason TEXT NOT NULL,
	department VARCHAR(200) NOT NULL,
	department_code VARCHAR(18) NOT NULL,
	state VARCHAR(20) NOT NULL,
	opened_by VARCHAR(200) NOT NULL,
	opened_at VARCHAR(32) NOT NULL,
	due_on DATE NOT NULL,
	due_provisional BOOLEAN NOT NULL,
	due_rule VARCHAR(200) NOT NULL,
	answer TEXT,
	answered_by VARCHAR(200),
	answered_at VARCHAR(32),
	late BOOLEAN,
	checked_release_id VARCHAR(40),
	closed_at VARCHAR(32),
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_corrections PRIMARY KEY (id),
	CONSTRAINT fk_corrections_asker FOREIGN KEY(asker) REFERENCES grassroots_bodies (code),
	CONSTRAINT fk_corrections_release_id FOREIGN KEY(release_id) REFERENCES releases (id)
);
CREATE INDEX ix_corrections_asker ON corrections (asker, state);
CREATE INDEX ix_corrections_department_code ON corrections (department_code, state);
CREATE TABLE grants (
	id VARCHAR(40) NOT NULL,
	kind VARCHAR(20) NOT NULL,
	request_id VARCHAR(40) NOT NULL,
	grantor VARCHAR(40) NOT NULL,
	grantee VARCHAR(40) NOT NULL,
	purpose VARCHAR(60) NOT NULL,
	mode VARCHAR(20) NOT NULL,
	agreement TEXT NOT NULL,
	signature TEXT NOT NULL,
	terms_digest VARCHAR(64) NOT NULL,
	salt VARCHAR(64) NOT NULL,
	valid_from DATE NOT NULL,
	valid_to DATE NOT NULL,
	calls_limit INTEGER NOT NULL,
	calls_used INTEGER NOT NULL,
	nrho_limit BIGINT NOT NULL,
	nrho_spent BIGINT NOT NULL,
	price_fen_per_call INTEGER NOT NULL,
	charged_fen BIGINT NOT NULL,
	state VARCHAR(20) NOT NULL,
	ended_at VARCHAR(32),
	end_reason TEXT,
	signed_by VARCHAR(200) NOT NULL,
	signed_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_grants PRIMARY KEY (id),
	CONSTRAINT ck_grants_calls CHECK (calls_used >= 0 AND calls_used <= calls_limit),
	CONSTRAINT ck_grants_nrho CHECK (nrho_spent >= 0 AND nrho_spent <= nrho_limit),
	CONSTRAINT fk_grants_request_id FOREIGN KEY(request_id) REFERENCES requests (id),
	CONSTRAINT fk_grants_grantee FOREIGN KEY(grantee) REFERENCES organisations (code)
);
CREATE INDEX ix_grants_grantee ON grants (grantee, state);
CREATE TABLE request_items (
	request_id VARCHAR(40) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	field VARCHAR(63) NOT NULL,
	share_type VARCHAR(20) NOT NULL,
	CONSTRAINT pk_request_items PRIMARY KEY (request_id, dataset, field),
	CONSTRAINT fk_request_items_request_id FOREIGN KEY(request_id) REFERENCES requests (id)
);
CREATE TABLE submissions (
	id VARCHAR(40) NOT NULL,
	form VARCHAR(60) NOT NULL,
	period VARCHAR(20) NOT NULL,
	body VARCHAR(40) NOT NULL,
	subject VARCHAR(64) NOT NULL,
	releases JSON NOT NULL,
	kept INTEGER NOT NULL,
	corrected INTEGER NOT NULL,
	added INTEGER NOT NULL,
	path TEXT NOT NULL,
	sha256 VARCHAR(64) NOT NULL,
	submitted_by VARCHAR(200) NOT NULL,
	submitted_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_submissions PRIMARY KEY (id),
	CONSTRAINT uq_submissions_form_period_body_subject UNIQUE (form, period, body, subject),
	CONSTRAINT fk_submissions_form FOREIGN KEY(form) REFERENCES forms (code),
	CONSTRAINT fk_submissions_body FOREIGN KEY(body) REFERENCES grassroots_bodies (code)
);
CREATE TABLE subscriptions (
	id VARCHAR(40) NOT NULL,
	subscriber VARCHAR(40) NOT NULL,
	area VARCHAR(12) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	fields JSON NOT NULL,
	plain JSON NOT NULL,
	basis TEXT NOT NULL,
	state VARCHAR(20) NOT NULL,
	opened_by VARCHAR(200) NOT NULL,
	opened_at VARCHAR(32) NOT NULL,
	ended_at VARCHAR(32),
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_subscriptions PRIMARY KEY (id),
	CONSTRAINT uq_subscriptions_subscriber_dataset_area_opened_at UNIQUE (subscriber, dataset, area, opened_at),
	CONSTRAINT fk_subscriptions_subscriber FOREIGN KEY(subscriber) REFERENCES grassroots_bodies (code)
);
CREATE INDEX ix_subscriptions_dataset ON subscriptions (dataset, state);
CREATE TABLE allowances (
	grant_id VARCHAR(40) NOT NULL,
	kind VARCHAR(40) NOT NULL,
	year INTEGER NOT NULL,
	nrho BIGINT NOT NULL,
	fdelta BIGINT NOT NULL,
	nrho_returned BIGINT NOT NULL,
	fdelta_returned BIGINT NOT NULL,
	CONSTRAINT pk_allowances PRIMARY KEY (grant_id, kind),
	CONSTRAINT fk_allowances_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id)
);
CREATE TABLE deliveries (
	id VARCHAR(40) NOT NULL,
	subscription_id VARCHAR(40) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	area VARCHAR(12) NOT NULL,
	release_id VARCHAR(40) NOT NULL,
	since_release_id VARCHAR(40) NOT NULL,
	added BIGINT NOT NULL,
	changed BIGINT NOT NULL,
	removed BIGINT NOT NULL,
	delivered BIGINT NOT NULL,
	total BIGINT NOT NULL,
	unattributed BIGINT NOT NULL,
	other_areas BIGINT NOT NULL,
	path TEXT NOT NULL,
	sha256 VARCHAR(64) NOT NULL,
	state VARCHAR(20) NOT NULL,
	sent_at VARCHAR(32) NOT NULL,
	received INTEGER,
	acknowledged_by VARCHAR(200),
	acknowledged_at VARCHAR(32),
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_deliveries PRIMARY KEY (id),
	CONSTRAINT uq_deliveries_subscription_id_release_id UNIQUE (subscription_id, release_id),
	CONSTRAINT ck_deliveries_delivered CHECK (delivered = added + changed + removed),
	CONSTRAINT ck_deliveries_balance CHECK (total = delivered + unattributed + other_areas),
	CONSTRAINT fk_deliveries_subscription_id FOREIGN KEY(subscription_id) REFERENCES subscriptions (id),
	CONSTRAINT fk_deliveries_release_id FOREIGN KEY(release_id) REFERENCES releases (id)
);
CREATE INDEX ix_deliveries_release_id ON deliveries (release_id);
CREATE TABLE disputes (
	correction_id VARCHAR(40) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	row VARCHAR(64) NOT NULL,
	field VARCHAR(63) NOT NULL,
	opened_at VARCHAR(32) NOT NULL,
	closed_at VARCHAR(32),
	CONSTRAINT pk_disputes PRIMARY KEY (correction_id),
	CONSTRAINT fk_disputes_correction_id FOREIGN KEY(correction_id) REFERENCES corrections (id)
);
CREATE UNIQUE INDEX uq_disputes_open ON disputes (dataset, row, field) WHERE closed_at IS NULL;
CREATE TABLE reservations (
	id VARCHAR(40) NOT NULL,
	grant_id VARCHAR(40) NOT NULL,
	answer_key VARCHAR(64) NOT NULL,
	canonical_digest VARCHAR(64) NOT NULL,
	releases JSON NOT NULL,
	mode VARCHAR(20) NOT NULL,
	nrho BIGINT NOT NULL,
	state VARCHAR(20) NOT NULL,
	reserved_at VARCHAR(32) NOT NULL,
	deadline_at VARCHAR(32) NOT NULL,
	settled_at VARCHAR(32),
	answer_sha256 VARCHAR(64),
	mechanism JSON,
	CONSTRAINT pk_reservations PRIMARY KEY (id),
	CONSTRAINT fk_reservations_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id)
);
CREATE UNIQUE INDEX uq_reservations_answer_key ON reservations (grant_id, answer_key) WHERE state <> 'lost';
CREATE TABLE usages (
	id VARCHAR(40) NOT NULL,
	grant_id VARCHAR(40),
	organisation VARCHAR(40) NOT NULL,
	outcome VARCHAR(20) NOT NULL,
	reason VARCHAR(80),
	reservation_id VARCHAR(40),
	calls INTEGER NOT NULL,
	nrho BIGINT NOT NULL,
	price_fen INTEGER NOT NULL,
	at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_usages PRIMARY KEY (id),
	CONSTRAINT fk_usages_reservation_id FOREIGN KEY(reservation_id) REFERENCES reservations (id)
);
CREATE INDEX ix_usages_grant_id ON usages (grant_id, at);
CREATE TABLE idempotency_keys (
	organisation VARCHAR(40) NOT NULL,
	key VARCHAR(128) NOT NULL,
	request_digest VARCHAR(64) NOT NULL,
	usage_id VARCHAR(40),
	expires_at VARCHAR(32) NOT NULL,
	CONSTRAINT pk_idempotency_keys PRIMARY KEY (organisation, key),
	CONSTRAINT fk_idempotency_keys_usage_id FOREIGN KEY(usage_id) REFERENCES usages (id)
);
CREATE TABLE receipts (
	id VARCHAR(40) NOT NULL,
	usage_id VARCHAR(40) NOT NULL,
	grant_id VARCHAR(40) NOT NULL,
	organisation VARCHAR(40) NOT NULL,
	jws TEXT NOT NULL,
	issued_at VARCHAR(32) NOT NULL,
	CONSTRAINT pk_receipts PRIMARY KEY (id),
	CONSTRAINT uq_receipts_usage_id UNIQUE (usage_id),
	CONSTRAINT fk_receipts_usage_id FOREIGN KEY(usage_id) REFERENCES usages (id),
	CONSTRAINT fk_receipts_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id)
);
