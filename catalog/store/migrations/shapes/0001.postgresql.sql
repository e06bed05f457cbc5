CREATE TABLE alert_counts (
	rule VARCHAR(60) NOT NULL,
	subject VARCHAR(200) NOT NULL,
	slot BIGINT NOT NULL,
	codes JSON NOT NULL,
	CONSTRAINT pk_alert_counts PRIMARY KEY (rule, subject, slot)
);
CREATE TABLE alert_cursors (
	name VARCHAR(20) NOT NULL,
	place BIGINT NOT NULL,
	CONSTRAINT pk_alert_cursors PRIMARY KEY (name)
);
CREATE TABLE alerts (
	id VARCHAR(40) NOT NULL,
	rule VARCHAR(60) NOT NULL,
	subject VARCHAR(200) NOT NULL,
	"window" BIGINT NOT NULL,
	organisation VARCHAR(40) NOT NULL,
	severity VARCHAR(10) NOT NULL,
	source TEXT NOT NULL,
	threshold INTEGER NOT NULL,
	count BIGINT NOT NULL,
	codes JSON NOT NULL,
	first_at VARCHAR(32) NOT NULL,
	last_at VARCHAR(32) NOT NULL,
	office VARCHAR(20) NOT NULL,
	handler VARCHAR(200),
	state VARCHAR(20) NOT NULL,
	due_on DATE NOT NULL,
	due_provisional BOOLEAN NOT NULL,
	due_workdays INTEGER NOT NULL,
	raised_at VARCHAR(32) NOT NULL,
	ended_at VARCHAR(32),
	incident_id VARCHAR(40),
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_alerts PRIMARY KEY (id),
	CONSTRAINT uq_alerts_rule_subject_window UNIQUE (rule, subject, "window")
);
CREATE INDEX ix_alerts_state ON alerts (state, due_on);
CREATE TABLE approval_chains (
	id VARCHAR(40) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	number INTEGER NOT NULL,
	share_type VARCHAR(20) NOT NULL,
	from_grade INTEGER NOT NULL,
	seats JSON,
	owner VARCHAR(40) NOT NULL,
	basis TEXT NOT NULL,
	valid_from DATE NOT NULL,
	set_by VARCHAR(200) NOT NULL,
	set_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_approval_chains PRIMARY KEY (id),
	CONSTRAINT uq_approval_chains_dataset_number UNIQUE (dataset, number)
);
CREATE TABLE approval_delegations (
	id VARCHAR(40) NOT NULL,
	organisation VARCHAR(40) NOT NULL,
	person VARCHAR(200) NOT NULL,
	delegate VARCHAR(200) NOT NULL,
	first_on DATE NOT NULL,
	last_on DATE NOT NULL,
	reason TEXT NOT NULL,
	made_by VARCHAR(200) NOT NULL,
	made_at VARCHAR(32) NOT NULL,
	ended_on DATE,
	ended_by VARCHAR(200),
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_approval_delegations PRIMARY KEY (id)
);
CREATE INDEX ix_approval_delegations_of ON approval_delegations (organisation, delegate);
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
CREATE TABLE authority_cases (
	id VARCHAR(40) NOT NULL,
	element VARCHAR(100) NOT NULL,
	subject VARCHAR(130) NOT NULL,
	number INTEGER NOT NULL,
	opened_at VARCHAR(32) NOT NULL,
	opened_by VARCHAR(200) NOT NULL,
	decided_for VARCHAR(200),
	decision_basis TEXT,
	decided_by VARCHAR(200),
	decided_at VARCHAR(32),
	CONSTRAINT pk_authority_cases PRIMARY KEY (id),
	CONSTRAINT uq_authority_cases_element_subject_number UNIQUE (element, subject, number)
);
CREATE TABLE authority_claims (
	id VARCHAR(40) NOT NULL,
	element VARCHAR(100) NOT NULL,
	subject VARCHAR(130) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	field VARCHAR(63) NOT NULL,
	department VARCHAR(200) NOT NULL,
	department_code VARCHAR(40) NOT NULL,
	state VARCHAR(20) NOT NULL,
	basis TEXT NOT NULL,
	made_by VARCHAR(200) NOT NULL,
	made_at VARCHAR(32) NOT NULL,
	changed_at VARCHAR(32) NOT NULL,
	CONSTRAINT pk_authority_claims PRIMARY KEY (id),
	CONSTRAINT uq_authority_claims_element_subject_dataset_field UNIQUE (element, subject, dataset, field)
);
CREATE TABLE authority_permits (
	id VARCHAR(40) NOT NULL,
	reader VARCHAR(200) NOT NULL,
	reads VARCHAR(200) NOT NULL,
	basis TEXT NOT NULL,
	until DATE,
	made_by VARCHAR(200) NOT NULL,
	made_at VARCHAR(32) NOT NULL,
	ended_at VARCHAR(32),
	ended_by VARCHAR(200),
	end_basis TEXT,
	CONSTRAINT pk_authority_permits PRIMARY KEY (id)
);
CREATE INDEX ix_authority_permits_reader ON authority_permits (reader);
CREATE TABLE authority_terms (
	id VARCHAR(40) NOT NULL,
	element VARCHAR(100) NOT NULL,
	subject VARCHAR(130) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	field VARCHAR(63) NOT NULL,
	department VARCHAR(200) NOT NULL,
	department_code VARCHAR(40) NOT NULL,
	basis TEXT NOT NULL,
	begun_on DATE NOT NULL,
	ended_on DATE,
	named_by VARCHAR(200) NOT NULL,
	named_at VARCHAR(32) NOT NULL,
	end_basis TEXT,
	ended_at VARCHAR(32),
	CONSTRAINT pk_authority_terms PRIMARY KEY (id)
);
CREATE INDEX ix_authority_terms_field ON authority_terms (dataset, field);
CREATE UNIQUE INDEX uq_authority_terms_open ON authority_terms (element, subject) WHERE ended_on IS NULL;
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
CREATE TABLE classification_decisions (
	id VARCHAR(40) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	field VARCHAR(63) NOT NULL,
	kind VARCHAR(40) NOT NULL,
	act VARCHAR(20) NOT NULL,
	state VARCHAR(20) NOT NULL,
	grade_before INTEGER NOT NULL,
	grade INTEGER NOT NULL,
	reason TEXT NOT NULL,
	basis TEXT NOT NULL,
	field_digest VARCHAR(64) NOT NULL,
	until DATE,
	made_by VARCHAR(200) NOT NULL,
	made_as VARCHAR(20) NOT NULL,
	made_at VARCHAR(32) NOT NULL,
	second_by VARCHAR(200),
	second_as VARCHAR(20),
	second_at VARCHAR(32),
	ended_by VARCHAR(200),
	ended_at VARCHAR(32),
	ended_why TEXT,
	CONSTRAINT pk_classification_decisions PRIMARY KEY (id)
);
CREATE INDEX ix_classification_decisions_field ON classification_decisions (dataset, field);
CREATE TABLE clocks (
	id VARCHAR(40) NOT NULL,
	subject VARCHAR(200) NOT NULL,
	rule VARCHAR(60) NOT NULL,
	place VARCHAR(20) NOT NULL,
	workdays INTEGER NOT NULL,
	source TEXT NOT NULL,
	owner VARCHAR(200) NOT NULL,
	owner_code VARCHAR(40) NOT NULL,
	words TEXT NOT NULL,
	received_on DATE NOT NULL,
	due_on DATE,
	provisional BOOLEAN NOT NULL,
	state VARCHAR(20) NOT NULL,
	started_at VARCHAR(32) NOT NULL,
	ended_at VARCHAR(32),
	on_time BOOLEAN,
	CONSTRAINT pk_clocks PRIMARY KEY (id)
);
CREATE INDEX ix_clocks_state ON clocks (state, due_on);
CREATE INDEX ix_clocks_subject ON clocks (subject);
CREATE TABLE code_counters (
	front VARCHAR(40) NOT NULL,
	last INTEGER NOT NULL,
	CONSTRAINT pk_code_counters PRIMARY KEY (front)
);
CREATE TABLE column_steps (
	source BIGINT NOT NULL,
	target INTEGER NOT NULL,
	places TEXT NOT NULL,
	subtypes TEXT NOT NULL,
	CONSTRAINT pk_column_steps PRIMARY KEY (source, target)
);
CREATE INDEX ix_column_steps_target ON column_steps (target, source);
CREATE TABLE contract_mentions (
	dataset VARCHAR(130) NOT NULL,
	digest VARCHAR(64) NOT NULL,
	CONSTRAINT pk_contract_mentions PRIMARY KEY (dataset, digest)
);
CREATE TABLE data_identifiers (
	stem VARCHAR(40) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	kind VARCHAR(1) NOT NULL,
	identifier VARCHAR(40),
	formed_at VARCHAR(32) NOT NULL,
	proof TEXT,
	recorded_by VARCHAR(200),
	recorded_at VARCHAR(32),
	CONSTRAINT pk_data_identifiers PRIMARY KEY (stem),
	CONSTRAINT uq_data_identifiers_dataset_kind UNIQUE (dataset, kind),
	CONSTRAINT uq_data_identifiers_identifier UNIQUE (identifier)
);
CREATE TABLE dataset_steps (
	source INTEGER NOT NULL,
	target INTEGER NOT NULL,
	whole INTEGER NOT NULL,
	CONSTRAINT pk_dataset_steps PRIMARY KEY (source, target)
);
CREATE INDEX ix_dataset_steps_target ON dataset_steps (target, source);
CREATE TABLE delivery_figures (
	delivery_id VARCHAR(40) NOT NULL,
	meaning VARCHAR(20) NOT NULL,
	cells BIGINT NOT NULL,
	filled BIGINT NOT NULL,
	attributed FLOAT,
	published_at VARCHAR(32) NOT NULL,
	due_on VARCHAR(10) NOT NULL,
	late_days INTEGER NOT NULL,
	CONSTRAINT pk_delivery_figures PRIMARY KEY (delivery_id)
);
CREATE TABLE demands (
	id VARCHAR(40) NOT NULL,
	state VARCHAR(20) NOT NULL,
	demander VARCHAR(200) NOT NULL,
	demander_code VARCHAR(40) NOT NULL,
	what TEXT NOT NULL,
	task TEXT NOT NULL,
	basis TEXT NOT NULL,
	holder VARCHAR(200) NOT NULL,
	holder_code VARCHAR(40) NOT NULL,
	place VARCHAR(20) NOT NULL,
	timed BOOLEAN NOT NULL,
	dataset VARCHAR(130),
	answer TEXT,
	added_by VARCHAR(200) NOT NULL,
	added_at VARCHAR(32) NOT NULL,
	changed_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_demands PRIMARY KEY (id)
);
CREATE INDEX ix_demands_state ON demands (state);
CREATE TABLE division_codes (
	code VARCHAR(12) NOT NULL,
	valid_from DATE NOT NULL,
	name VARCHAR(100) NOT NULL,
	valid_to DATE,
	successor VARCHAR(12),
	basis TEXT NOT NULL,
	CONSTRAINT pk_division_codes PRIMARY KEY (code, valid_from)
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
CREATE TABLE entitlement_comparisons (
	id VARCHAR(40) NOT NULL,
	entitlement VARCHAR(60) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	register VARCHAR(130) NOT NULL,
	others JSON NOT NULL,
	department VARCHAR(200) NOT NULL,
	department_code VARCHAR(40) NOT NULL,
	purpose VARCHAR(200) NOT NULL,
	basis TEXT NOT NULL,
	grants JSON NOT NULL,
	opened_by VARCHAR(200) NOT NULL,
	opened_at VARCHAR(32) NOT NULL,
	ended_at VARCHAR(32),
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_entitlement_comparisons PRIMARY KEY (id)
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
	published_revision INTEGER,
	pending_state VARCHAR(20),
	created_at VARCHAR(32) NOT NULL,
	published_at VARCHAR(32),
	path TEXT,
	CONSTRAINT pk_entries PRIMARY KEY (id),
	CONSTRAINT uq_entries_name UNIQUE (name),
	CONSTRAINT uq_entries_code UNIQUE (code)
);
CREATE TABLE evaluation_reports (
	id VARCHAR(40) NOT NULL,
	kind VARCHAR(30) NOT NULL,
	year INTEGER NOT NULL,
	document TEXT NOT NULL,
	digest VARCHAR(64) NOT NULL,
	made_by VARCHAR(200) NOT NULL,
	made_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_evaluation_reports PRIMARY KEY (id)
);
CREATE INDEX ix_evaluation_reports_kind ON evaluation_reports (kind, year);
CREATE TABLE evaluations (
	id VARCHAR(40) NOT NULL,
	scheme VARCHAR(60) NOT NULL,
	scheme_on DATE NOT NULL,
	subject_kind VARCHAR(20) NOT NULL,
	subject VARCHAR(130) NOT NULL,
	party VARCHAR(40) NOT NULL,
	period VARCHAR(10) NOT NULL,
	first_on DATE NOT NULL,
	last_on DATE NOT NULL,
	state VARCHAR(20) NOT NULL,
	version INTEGER NOT NULL,
	contest_until DATE,
	contest_provisional BOOLEAN,
	frozen_digest VARCHAR(64),
	opened_at VARCHAR(32) NOT NULL,
	frozen_at VARCHAR(32),
	CONSTRAINT pk_evaluations PRIMARY KEY (id)
);
CREATE INDEX ix_evaluations_subject ON evaluations (subject_kind, subject, period);
CREATE TABLE evidence_anchors (
	id VARCHAR(40) NOT NULL,
	size BIGINT NOT NULL,
	root VARCHAR(64) NOT NULL,
	digest VARCHAR(64) NOT NULL,
	kept_by TEXT NOT NULL,
	reference TEXT NOT NULL,
	anchored_by VARCHAR(200) NOT NULL,
	anchored_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_evidence_anchors PRIMARY KEY (id)
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
CREATE TABLE evidence_resumptions (
	id VARCHAR(40) NOT NULL,
	restored_size BIGINT NOT NULL,
	published_size BIGINT NOT NULL,
	entries BIGINT NOT NULL,
	recharged JSON NOT NULL,
	lost_size BIGINT,
	lost_root VARCHAR(64),
	resumed_by VARCHAR(200) NOT NULL,
	resumed_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_evidence_resumptions PRIMARY KEY (id)
);
CREATE TABLE evidence_tiles (
	place BIGINT NOT NULL,
	hashes BYTEA NOT NULL,
	CONSTRAINT pk_evidence_tiles PRIMARY KEY (place)
);
CREATE TABLE file_digests (
	path TEXT NOT NULL,
	size BIGINT NOT NULL,
	mtime_ns BIGINT NOT NULL,
	ctime_ns BIGINT NOT NULL,
	inode VARCHAR(20) NOT NULL,
	sha256 VARCHAR(64) NOT NULL,
	CONSTRAINT pk_file_digests PRIMARY KEY (path)
);
CREATE TABLE form_demands (
	id VARCHAR(40) NOT NULL,
	code VARCHAR(60) NOT NULL,
	title VARCHAR(200) NOT NULL,
	issuer VARCHAR(200) NOT NULL,
	temporary BOOLEAN NOT NULL,
	definition JSON NOT NULL,
	overlap JSON NOT NULL,
	state VARCHAR(20) NOT NULL,
	reason TEXT NOT NULL,
	asked_by VARCHAR(200) NOT NULL,
	asked_at VARCHAR(32) NOT NULL,
	due_on DATE NOT NULL,
	due_provisional BOOLEAN NOT NULL,
	decided_by VARCHAR(200),
	decided_at VARCHAR(32),
	decision_basis TEXT,
	despite TEXT,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_form_demands PRIMARY KEY (id)
);
CREATE INDEX ix_form_demands_state ON form_demands (state, asked_at);
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
	more JSON,
	overlap JSON,
	demand_id VARCHAR(40),
	ended_on DATE,
	end_basis TEXT,
	ended_by VARCHAR(200),
	CONSTRAINT pk_forms PRIMARY KEY (code)
);
CREATE TABLE holder_searches (
	id VARCHAR(40) NOT NULL,
	kind VARCHAR(20) NOT NULL,
	subject VARCHAR(32) NOT NULL,
	reason TEXT NOT NULL,
	asked_by VARCHAR(200) NOT NULL,
	asked_at VARCHAR(32) NOT NULL,
	consented_by VARCHAR(200),
	consented_at VARCHAR(32),
	valid_until DATE,
	looked INTEGER NOT NULL,
	found JSON,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_holder_searches PRIMARY KEY (id)
);
CREATE TABLE incidents (
	id VARCHAR(40) NOT NULL,
	drill BOOLEAN NOT NULL,
	kind VARCHAR(30) NOT NULL,
	severity VARCHAR(20) NOT NULL,
	traits JSON NOT NULL,
	statement TEXT NOT NULL,
	datasets JSON NOT NULL,
	grant_id VARCHAR(40),
	organisation VARCHAR(40),
	since VARCHAR(32) NOT NULL,
	until VARCHAR(32),
	alert_id VARCHAR(40),
	state VARCHAR(20) NOT NULL,
	opened_by VARCHAR(200) NOT NULL,
	opened_at VARCHAR(32) NOT NULL,
	contained_at VARCHAR(32),
	notified_at VARCHAR(32),
	resolved_at VARCHAR(32),
	proposed_by VARCHAR(200),
	closed_by VARCHAR(200),
	closed_at VARCHAR(32),
	outcome VARCHAR(20),
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_incidents PRIMARY KEY (id)
);
CREATE INDEX ix_incidents_state ON incidents (state);
CREATE TABLE installation_places (
	id VARCHAR(40) NOT NULL,
	place VARCHAR(20) NOT NULL,
	valid_from DATE NOT NULL,
	basis TEXT NOT NULL,
	set_by VARCHAR(200) NOT NULL,
	set_at VARCHAR(32) NOT NULL,
	CONSTRAINT pk_installation_places PRIMARY KEY (id)
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
CREATE TABLE inventory_explanations (
	id VARCHAR(40) NOT NULL,
	stage VARCHAR(20) NOT NULL,
	what VARCHAR(460) NOT NULL,
	first_period VARCHAR(7) NOT NULL,
	last_period VARCHAR(7) NOT NULL,
	reason TEXT NOT NULL,
	explained_by VARCHAR(200) NOT NULL,
	explained_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	code VARCHAR(40),
	CONSTRAINT pk_inventory_explanations PRIMARY KEY (id)
);
CREATE INDEX ix_inventory_explanations_stage ON inventory_explanations (stage, what);
CREATE TABLE inventory_external_sources (
	id VARCHAR(40) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	words TEXT NOT NULL,
	declared_by VARCHAR(200) NOT NULL,
	declared_at VARCHAR(32) NOT NULL,
	ended_at VARCHAR(32),
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_inventory_external_sources PRIMARY KEY (id)
);
CREATE INDEX ix_inventory_external_sources_dataset ON inventory_external_sources (dataset);
CREATE TABLE inventory_systems (
	id VARCHAR(40) NOT NULL,
	name VARCHAR(200) NOT NULL,
	code VARCHAR(60) NOT NULL,
	department VARCHAR(200) NOT NULL,
	department_code VARCHAR(40) NOT NULL,
	address TEXT NOT NULL,
	first_seen_at VARCHAR(32) NOT NULL,
	seen_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_inventory_systems PRIMARY KEY (id),
	CONSTRAINT uq_inventory_systems_name UNIQUE (name)
);
CREATE TABLE invoice_series (
	issuer VARCHAR(40) NOT NULL,
	year INTEGER NOT NULL,
	last INTEGER NOT NULL,
	CONSTRAINT pk_invoice_series PRIMARY KEY (issuer, year)
);
CREATE TABLE leases (
	dataset VARCHAR(130) NOT NULL,
	holder VARCHAR(80),
	fence BIGINT NOT NULL,
	expires_at VARCHAR(32),
	CONSTRAINT pk_leases PRIMARY KEY (dataset)
);
CREATE TABLE libraries (
	id VARCHAR(40) NOT NULL,
	name VARCHAR(60) NOT NULL,
	kind VARCHAR(20) NOT NULL,
	subject VARCHAR(60) NOT NULL,
	title VARCHAR(200) NOT NULL,
	owner VARCHAR(200) NOT NULL,
	owner_code VARCHAR(40) NOT NULL,
	task TEXT NOT NULL,
	basis TEXT NOT NULL,
	demand VARCHAR(200) NOT NULL,
	state VARCHAR(20) NOT NULL,
	ends_on DATE,
	reviewed_on DATE NOT NULL,
	review_due_on DATE NOT NULL,
	opened_by VARCHAR(200) NOT NULL,
	opened_at VARCHAR(32) NOT NULL,
	closed_by VARCHAR(200),
	closed_at VARCHAR(32),
	close_reason TEXT,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_libraries PRIMARY KEY (id),
	CONSTRAINT uq_libraries_name UNIQUE (name)
);
CREATE TABLE lineage_datasets (
	number INTEGER NOT NULL,
	name VARCHAR(130) NOT NULL,
	columns INTEGER NOT NULL,
	CONSTRAINT pk_lineage_datasets PRIMARY KEY (number),
	CONSTRAINT uq_lineage_datasets_name UNIQUE (name)
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
CREATE TABLE lineage_fields (
	number BIGINT NOT NULL,
	field VARCHAR(63) NOT NULL,
	CONSTRAINT pk_lineage_fields PRIMARY KEY (number)
);
CREATE TABLE links (
	id VARCHAR(40) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	kind VARCHAR(20) NOT NULL,
	target TEXT NOT NULL,
	settings JSON NOT NULL,
	digest VARCHAR(64) NOT NULL,
	tied_by VARCHAR(200) NOT NULL,
	tied_at VARCHAR(32) NOT NULL,
	removed_by VARCHAR(200),
	removed_at VARCHAR(32),
	remove_reason TEXT,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_links PRIMARY KEY (id)
);
CREATE INDEX ix_links_dataset ON links (dataset);
CREATE TABLE list_announcements (
	id VARCHAR(40) NOT NULL,
	list VARCHAR(20) NOT NULL,
	act VARCHAR(20) NOT NULL,
	subject VARCHAR(200) NOT NULL,
	what TEXT NOT NULL,
	words TEXT NOT NULL,
	kind VARCHAR(20) NOT NULL,
	target VARCHAR(130) NOT NULL,
	organisation VARCHAR(40) NOT NULL,
	organisation_name VARCHAR(200) NOT NULL,
	made_at VARCHAR(32) NOT NULL,
	acknowledged_by VARCHAR(200),
	acknowledged_at VARCHAR(32),
	CONSTRAINT pk_list_announcements PRIMARY KEY (id)
);
CREATE INDEX ix_list_announcements_organisation ON list_announcements (organisation_name, acknowledged_at);
CREATE TABLE merge_reviews (
	id VARCHAR(40) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	digest VARCHAR(64) NOT NULL,
	sources JSON NOT NULL,
	grade INTEGER NOT NULL,
	state VARCHAR(20) NOT NULL,
	opened_at VARCHAR(32) NOT NULL,
	decided_by VARCHAR(200),
	decided_as VARCHAR(20),
	decided_at VARCHAR(32),
	reason TEXT,
	basis TEXT,
	CONSTRAINT pk_merge_reviews PRIMARY KEY (id)
);
CREATE INDEX ix_merge_reviews_dataset ON merge_reviews (dataset, digest);
CREATE TABLE monthly_reports (
	id VARCHAR(40) NOT NULL,
	period VARCHAR(7) NOT NULL,
	number INTEGER NOT NULL,
	state VARCHAR(20) NOT NULL,
	content TEXT NOT NULL,
	digest VARCHAR(64) NOT NULL,
	reply_until DATE NOT NULL,
	reply_provisional BOOLEAN NOT NULL,
	drafted_by VARCHAR(200) NOT NULL,
	drafted_at VARCHAR(32) NOT NULL,
	closed_by VARCHAR(200),
	closed_at VARCHAR(32),
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_monthly_reports PRIMARY KEY (id),
	CONSTRAINT uq_monthly_reports_period UNIQUE (period)
);
CREATE TABLE negative_items (
	id VARCHAR(40) NOT NULL,
	kind VARCHAR(20) NOT NULL,
	what TEXT NOT NULL,
	department VARCHAR(200) NOT NULL,
	level VARCHAR(40) NOT NULL,
	basis TEXT NOT NULL,
	added_by VARCHAR(200) NOT NULL,
	added_at VARCHAR(32) NOT NULL,
	ended_at VARCHAR(32),
	end_reason TEXT,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_negative_items PRIMARY KEY (id)
);
CREATE TABLE noise_charges (
	dataset VARCHAR(130) NOT NULL,
	revision INTEGER NOT NULL,
	sources VARCHAR(64) NOT NULL,
	kind VARCHAR(40) NOT NULL,
	release_id VARCHAR(40) NOT NULL,
	year INTEGER NOT NULL,
	nrho BIGINT NOT NULL,
	fdelta BIGINT NOT NULL,
	charged_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_noise_charges PRIMARY KEY (dataset, revision, sources, kind)
);
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
CREATE TABLE openings (
	id VARCHAR(40) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	state VARCHAR(20) NOT NULL,
	licence VARCHAR(40) NOT NULL,
	method VARCHAR(40) NOT NULL,
	effect_grade INTEGER NOT NULL,
	reason TEXT NOT NULL,
	assessment JSON,
	assessed_by VARCHAR(200),
	"check" JSON,
	approval TEXT,
	approved_by VARCHAR(200),
	opened_at VARCHAR(32) NOT NULL,
	changed_at VARCHAR(32) NOT NULL,
	scope VARCHAR(64),
	CONSTRAINT pk_openings PRIMARY KEY (id),
	CONSTRAINT uq_openings_dataset UNIQUE (dataset)
);
CREATE TABLE operation_accounts (
	id VARCHAR(40) NOT NULL,
	organisation VARCHAR(40) NOT NULL,
	year INTEGER NOT NULL,
	kind VARCHAR(20) NOT NULL,
	amount_fen BIGINT NOT NULL,
	basis TEXT NOT NULL,
	stated_by VARCHAR(200) NOT NULL,
	stated_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_operation_accounts PRIMARY KEY (id)
);
CREATE INDEX ix_operation_accounts_organisation ON operation_accounts (organisation, year);
CREATE TABLE operation_agreements (
	id VARCHAR(40) NOT NULL,
	number VARCHAR(80) NOT NULL,
	body_code VARCHAR(40) NOT NULL,
	body_name VARCHAR(200) NOT NULL,
	operator_code VARCHAR(40) NOT NULL,
	operator_name VARCHAR(200) NOT NULL,
	mode VARCHAR(20) NOT NULL,
	starts_on DATE NOT NULL,
	ends_on DATE NOT NULL,
	state VARCHAR(20) NOT NULL,
	version INTEGER NOT NULL,
	drafted_at VARCHAR(32) NOT NULL,
	signed_at VARCHAR(32),
	ended_on DATE,
	end_reason TEXT,
	CONSTRAINT pk_operation_agreements PRIMARY KEY (id),
	CONSTRAINT uq_operation_agreements_number UNIQUE (number)
);
CREATE INDEX ix_operation_agreements_operator ON operation_agreements (operator_code, state);
CREATE TABLE operation_disclosures (
	id VARCHAR(40) NOT NULL,
	year INTEGER NOT NULL,
	role VARCHAR(20) NOT NULL,
	code VARCHAR(40) NOT NULL,
	document TEXT NOT NULL,
	digest VARCHAR(64) NOT NULL,
	lacks JSON NOT NULL,
	made_by VARCHAR(200) NOT NULL,
	made_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_operation_disclosures PRIMARY KEY (id)
);
CREATE INDEX ix_operation_disclosures_of ON operation_disclosures (year, role, code);
CREATE TABLE operation_steps (
	id VARCHAR(40) NOT NULL,
	subject VARCHAR(40) NOT NULL,
	number INTEGER NOT NULL,
	event VARCHAR(30) NOT NULL,
	state VARCHAR(20) NOT NULL,
	office VARCHAR(20) NOT NULL,
	made_by VARCHAR(200) NOT NULL,
	reason TEXT NOT NULL,
	made_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_operation_steps PRIMARY KEY (id),
	CONSTRAINT uq_operation_steps_subject_number UNIQUE (subject, number)
);
CREATE TABLE organisation_events (
	id VARCHAR(40) NOT NULL,
	kind VARCHAR(20) NOT NULL,
	effective_on DATE NOT NULL,
	basis TEXT NOT NULL,
	made_by VARCHAR(200) NOT NULL,
	made_at VARCHAR(32) NOT NULL,
	CONSTRAINT pk_organisation_events PRIMARY KEY (id)
);
CREATE TABLE organisation_units (
	code VARCHAR(40) NOT NULL,
	kind VARCHAR(20) NOT NULL,
	valid_from DATE NOT NULL,
	valid_to DATE,
	basis TEXT NOT NULL,
	added_by VARCHAR(200) NOT NULL,
	added_at VARCHAR(32) NOT NULL,
	CONSTRAINT pk_organisation_units PRIMARY KEY (code)
);
CREATE TABLE organisations (
	code VARCHAR(40) NOT NULL,
	name VARCHAR(200) NOT NULL,
	kind VARCHAR(20) NOT NULL,
	registered_at VARCHAR(32) NOT NULL,
	CONSTRAINT pk_organisations PRIMARY KEY (code)
);
CREATE TABLE outlines (
	digest VARCHAR(64) NOT NULL,
	form INTEGER NOT NULL,
	document JSON NOT NULL,
	CONSTRAINT pk_outlines PRIMARY KEY (digest, form)
);
CREATE TABLE own_standards (
	id VARCHAR(40) NOT NULL,
	code VARCHAR(100) NOT NULL,
	number INTEGER NOT NULL,
	element TEXT NOT NULL,
	state VARCHAR(20) NOT NULL,
	starts_on VARCHAR(10),
	ends_on VARCHAR(10),
	CONSTRAINT pk_own_standards PRIMARY KEY (id),
	CONSTRAINT uq_own_standards_code_number UNIQUE (code, number)
);
CREATE TABLE party_keys (
	key_id VARCHAR(16) NOT NULL,
	organisation VARCHAR(40) NOT NULL,
	holder VARCHAR(200) NOT NULL,
	algorithm VARCHAR(20) NOT NULL,
	public_pem TEXT NOT NULL,
	valid_from VARCHAR(32) NOT NULL,
	valid_to VARCHAR(32),
	registered_by VARCHAR(200) NOT NULL,
	registered_at VARCHAR(32) NOT NULL,
	revoked_at VARCHAR(32),
	revoke_reason TEXT,
	revoked_by VARCHAR(200),
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_party_keys PRIMARY KEY (key_id)
);
CREATE INDEX ix_party_keys_organisation ON party_keys (organisation);
CREATE TABLE place_lists (
	id VARCHAR(40) NOT NULL,
	kind VARCHAR(20) NOT NULL,
	source TEXT NOT NULL,
	rows INTEGER NOT NULL,
	sha256 VARCHAR(64) NOT NULL,
	entered_by VARCHAR(200) NOT NULL,
	entered_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_place_lists PRIMARY KEY (id)
);
CREATE TABLE postings (
	id VARCHAR(32) NOT NULL,
	kind VARCHAR(20) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	row VARCHAR(32) NOT NULL,
	items TEXT NOT NULL,
	version VARCHAR(40) NOT NULL,
	receiver VARCHAR(40) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	posted_at VARCHAR(32) NOT NULL,
	CONSTRAINT pk_postings PRIMARY KEY (id)
);
CREATE INDEX ix_postings_dataset ON postings (dataset, posted_at);
CREATE INDEX ix_postings_receiver ON postings (receiver, posted_at);
CREATE INDEX ix_postings_row ON postings (row, dataset);
CREATE TABLE privacy_years (
	kind VARCHAR(40) NOT NULL,
	year INTEGER NOT NULL,
	nrho BIGINT NOT NULL,
	fdelta BIGINT NOT NULL,
	CONSTRAINT pk_privacy_years PRIMARY KEY (kind, year)
);
CREATE TABLE probe_destinations (
	id VARCHAR(40) NOT NULL,
	kind VARCHAR(10) NOT NULL,
	value TEXT NOT NULL,
	reason TEXT NOT NULL,
	allowed_by VARCHAR(200) NOT NULL,
	allowed_at VARCHAR(32) NOT NULL,
	ended_by VARCHAR(200),
	ended_at VARCHAR(32),
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_probe_destinations PRIMARY KEY (id)
);
CREATE INDEX ix_probe_destinations_kind ON probe_destinations (kind);
CREATE TABLE quality_evaluations (
	id VARCHAR(40) NOT NULL,
	period VARCHAR(6) NOT NULL,
	version INTEGER NOT NULL,
	content TEXT NOT NULL,
	digest VARCHAR(64) NOT NULL,
	signature TEXT NOT NULL,
	key_id VARCHAR(16) NOT NULL,
	reason TEXT NOT NULL,
	frozen_at VARCHAR(32) NOT NULL,
	frozen_by VARCHAR(200) NOT NULL,
	published_at VARCHAR(32),
	contest_until DATE,
	contest_provisional BOOLEAN,
	contest_rule TEXT,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_quality_evaluations PRIMARY KEY (id),
	CONSTRAINT uq_quality_evaluations_period_version UNIQUE (period, version)
);
CREATE TABLE rectification_cases (
	id VARCHAR(40) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	rule VARCHAR(120) NOT NULL,
	field VARCHAR(500) NOT NULL,
	cause VARCHAR(40) NOT NULL,
	department VARCHAR(200) NOT NULL,
	department_code VARCHAR(18) NOT NULL,
	urgency VARCHAR(20) NOT NULL,
	state VARCHAR(20) NOT NULL,
	found BIGINT NOT NULL,
	remaining BIGINT NOT NULL,
	evaluated BIGINT NOT NULL,
	first_seen_at VARCHAR(32) NOT NULL,
	last_seen_at VARCHAR(32) NOT NULL,
	opened_at VARCHAR(32) NOT NULL,
	due_on DATE NOT NULL,
	due_provisional BOOLEAN NOT NULL,
	due_rule TEXT NOT NULL,
	sent_at VARCHAR(32),
	returned_at VARCHAR(32),
	closed_at VARCHAR(32),
	closed_by VARCHAR(20),
	on_time BOOLEAN,
	rounds INTEGER NOT NULL,
	build_id VARCHAR(40) NOT NULL,
	files JSON NOT NULL,
	CONSTRAINT pk_rectification_cases PRIMARY KEY (id),
	CONSTRAINT uq_rectification_cases_dataset_rule_field_cause UNIQUE (dataset, rule, field, cause)
);
CREATE INDEX ix_rectification_cases_department ON rectification_cases (department_code, state);
CREATE TABLE rectification_marks (
	dataset VARCHAR(130) NOT NULL,
	release_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_rectification_marks PRIMARY KEY (dataset)
);
CREATE TABLE refused_strangers (
	minute VARCHAR(32) NOT NULL,
	reason VARCHAR(80) NOT NULL,
	count INTEGER NOT NULL,
	CONSTRAINT pk_refused_strangers PRIMARY KEY (minute, reason)
);
CREATE TABLE registration_authorisations (
	id VARCHAR(40) NOT NULL,
	body_name VARCHAR(200) NOT NULL,
	body_code VARCHAR(18) NOT NULL,
	operator_name VARCHAR(200) NOT NULL,
	operator_code VARCHAR(18) NOT NULL,
	agreement VARCHAR(200) NOT NULL,
	mode VARCHAR(20) NOT NULL,
	starts_on DATE NOT NULL,
	ends_on DATE NOT NULL,
	recorded_by VARCHAR(200) NOT NULL,
	recorded_at VARCHAR(32) NOT NULL,
	ended_on DATE,
	end_reason TEXT,
	CONSTRAINT pk_registration_authorisations PRIMARY KEY (id)
);
CREATE TABLE registration_registrars (
	id VARCHAR(40) NOT NULL,
	code VARCHAR(18) NOT NULL,
	name VARCHAR(200) NOT NULL,
	designated_by VARCHAR(200) NOT NULL,
	basis TEXT NOT NULL,
	valid_from DATE NOT NULL,
	named_by VARCHAR(200) NOT NULL,
	named_at VARCHAR(32) NOT NULL,
	CONSTRAINT pk_registration_registrars PRIMARY KEY (id)
);
CREATE TABLE registrations (
	id VARCHAR(40) NOT NULL,
	object VARCHAR(20) NOT NULL,
	name VARCHAR(130) NOT NULL,
	title VARCHAR(200) NOT NULL,
	registrant_name VARCHAR(200) NOT NULL,
	registrant_code VARCHAR(18) NOT NULL,
	state VARCHAR(20) NOT NULL,
	content TEXT,
	code VARCHAR(80),
	query_code VARCHAR(80),
	coded_on DATE,
	valid_until DATE,
	created_at VARCHAR(32) NOT NULL,
	ended_on DATE,
	CONSTRAINT pk_registrations PRIMARY KEY (id)
);
CREATE INDEX ix_registrations_name ON registrations (name);
CREATE INDEX ix_registrations_state ON registrations (state, valid_until);
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
CREATE INDEX ix_releases_published_at ON releases (published_at, dataset);
CREATE TABLE reserved_codes (
	code VARCHAR(60) NOT NULL,
	front VARCHAR(40) NOT NULL,
	number BIGINT,
	CONSTRAINT pk_reserved_codes PRIMARY KEY (code)
);
CREATE INDEX ix_reserved_codes_front ON reserved_codes (front, number);
CREATE TABLE result_bonds (
	id VARCHAR(40) NOT NULL,
	subject_kind VARCHAR(20) NOT NULL,
	subject VARCHAR(130) NOT NULL,
	scheme VARCHAR(60) NOT NULL,
	indicator VARCHAR(60) NOT NULL,
	period_kind VARCHAR(10) NOT NULL,
	share_percent INTEGER NOT NULL,
	target VARCHAR(40) NOT NULL,
	floor VARCHAR(40),
	direction VARCHAR(10) NOT NULL,
	valid_from DATE NOT NULL,
	valid_to DATE,
	basis TEXT NOT NULL,
	proposed_by VARCHAR(200) NOT NULL,
	proposed_at VARCHAR(32) NOT NULL,
	accepted_by VARCHAR(200),
	accepted_at VARCHAR(32),
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_result_bonds PRIMARY KEY (id),
	CONSTRAINT ck_result_bonds_share CHECK (share_percent > 0 AND share_percent <= 100)
);
CREATE INDEX ix_result_bonds_subject ON result_bonds (subject_kind, subject);
CREATE TABLE search_entries (
	doc INTEGER NOT NULL,
	place BIGINT NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	code VARCHAR(60) NOT NULL,
	facets JSON NOT NULL,
	CONSTRAINT pk_search_entries PRIMARY KEY (doc),
	CONSTRAINT uq_search_entries_place UNIQUE (place),
	CONSTRAINT uq_search_entries_dataset UNIQUE (dataset)
);
CREATE INDEX ix_search_entries_code ON search_entries (code varchar_pattern_ops);
CREATE TABLE search_facets (
	facet VARCHAR(20) NOT NULL,
	value VARCHAR(200) NOT NULL,
	chunk INTEGER NOT NULL,
	bits BYTEA NOT NULL,
	version BIGINT NOT NULL,
	CONSTRAINT pk_search_facets PRIMARY KEY (facet, value, chunk)
);
CREATE INDEX ix_search_facets_version ON search_facets (version);
CREATE TABLE search_pairs (
	pair VARCHAR(4) NOT NULL,
	chunk INTEGER NOT NULL,
	docs BYTEA NOT NULL,
	CONSTRAINT pk_search_pairs PRIMARY KEY (pair, chunk)
);
CREATE TABLE search_state (
	store VARCHAR(40) NOT NULL,
	version BIGINT NOT NULL,
	next_doc INTEGER NOT NULL,
	layout INTEGER,
	CONSTRAINT pk_search_state PRIMARY KEY (store)
);
CREATE TABLE search_texts (
	doc INTEGER NOT NULL,
	words TEXT NOT NULL,
	version BIGINT NOT NULL,
	CONSTRAINT pk_search_texts PRIMARY KEY (doc)
);
CREATE INDEX ix_search_texts_version ON search_texts (version);
CREATE TABLE signing_keys (
	key_id VARCHAR(16) NOT NULL,
	number INTEGER NOT NULL,
	algorithm VARCHAR(20) NOT NULL,
	public_pem TEXT NOT NULL,
	announced_at VARCHAR(32),
	valid_from VARCHAR(32),
	valid_to VARCHAR(32),
	revoked_at VARCHAR(32),
	revoke_reason TEXT,
	revoked_by VARCHAR(200),
	evidence_id VARCHAR(40),
	CONSTRAINT pk_signing_keys PRIMARY KEY (key_id),
	CONSTRAINT uq_signing_keys_number UNIQUE (number)
);
CREATE TABLE space_changes (
	name VARCHAR(20) NOT NULL,
	number BIGINT NOT NULL,
	CONSTRAINT pk_space_changes PRIMARY KEY (name)
);
CREATE TABLE stops (
	id VARCHAR(40) NOT NULL,
	kind VARCHAR(20) NOT NULL,
	name VARCHAR(130) NOT NULL,
	reason TEXT NOT NULL,
	stopped_by VARCHAR(200) NOT NULL,
	stopped_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	lift_reason TEXT,
	lift_proposed_by VARCHAR(200),
	lift_proposed_at VARCHAR(32),
	lifted_by VARCHAR(200),
	lifted_at VARCHAR(32),
	CONSTRAINT pk_stops PRIMARY KEY (id)
);
CREATE INDEX ix_stops_lifted_at ON stops (lifted_at);
CREATE TABLE usage_imports (
	id VARCHAR(40) NOT NULL,
	platform VARCHAR(60) NOT NULL,
	files JSON NOT NULL,
	digest VARCHAR(64) NOT NULL,
	first_on DATE NOT NULL,
	last_on DATE NOT NULL,
	lines BIGINT NOT NULL,
	counted BIGINT NOT NULL,
	outside BIGINT NOT NULL,
	unreadable BIGINT NOT NULL,
	unreadable_by JSON NOT NULL,
	reason TEXT NOT NULL,
	imported_by VARCHAR(200) NOT NULL,
	imported_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_usage_imports PRIMARY KEY (id)
);
CREATE INDEX ix_usage_imports_platform ON usage_imports (platform, digest);
CREATE TABLE use_ratings (
	id VARCHAR(40) NOT NULL,
	kind VARCHAR(20) NOT NULL,
	subject VARCHAR(40) NOT NULL,
	body VARCHAR(40) NOT NULL,
	department VARCHAR(200) NOT NULL,
	month VARCHAR(7) NOT NULL,
	score INTEGER NOT NULL,
	rated_by VARCHAR(200) NOT NULL,
	rated_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_use_ratings PRIMARY KEY (id),
	CONSTRAINT uq_use_ratings_kind_subject UNIQUE (kind, subject)
);
CREATE INDEX ix_use_ratings_month ON use_ratings (month);
CREATE TABLE verification_sent (
	organisation VARCHAR(40) NOT NULL,
	period VARCHAR(20) NOT NULL,
	records INTEGER NOT NULL,
	CONSTRAINT pk_verification_sent PRIMARY KEY (organisation, period)
);
CREATE TABLE verification_tries (
	day DATE NOT NULL,
	organisation VARCHAR(40) NOT NULL,
	subject VARCHAR(32) NOT NULL,
	tries INTEGER NOT NULL,
	CONSTRAINT pk_verification_tries PRIMARY KEY (day, organisation, subject)
);
CREATE TABLE voucher_batches (
	id VARCHAR(40) NOT NULL,
	title VARCHAR(200) NOT NULL,
	issuer VARCHAR(40) NOT NULL,
	budget_fen BIGINT NOT NULL,
	cap_fen BIGINT NOT NULL,
	share_percent INTEGER NOT NULL,
	claim_from DATE NOT NULL,
	claim_to DATE NOT NULL,
	spend_to DATE NOT NULL,
	products JSON NOT NULL,
	datasets JSON NOT NULL,
	basis TEXT NOT NULL,
	unissued_fen BIGINT NOT NULL,
	unclaimed_fen BIGINT NOT NULL,
	unspent_fen BIGINT NOT NULL,
	spent_fen BIGINT NOT NULL,
	expired_fen BIGINT NOT NULL,
	opened_by VARCHAR(200) NOT NULL,
	opened_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_voucher_batches PRIMARY KEY (id),
	CONSTRAINT ck_voucher_batches_conserved CHECK (unissued_fen + unclaimed_fen + unspent_fen + spent_fen + expired_fen = budget_fen),
	CONSTRAINT ck_voucher_batches_parts CHECK (unissued_fen >= 0 AND unclaimed_fen >= 0 AND unspent_fen >= 0 AND spent_fen >= 0 AND expired_fen >= 0),
	CONSTRAINT ck_voucher_batches_share CHECK (share_percent BETWEEN 1 AND 100)
);
CREATE TABLE wall_overrides (
	id VARCHAR(40) NOT NULL,
	missing JSON NOT NULL,
	reason TEXT NOT NULL,
	valid_to DATE NOT NULL,
	proposed_by VARCHAR(200) NOT NULL,
	proposed_at VARCHAR(32) NOT NULL,
	agreed_by VARCHAR(200),
	agreed_at VARCHAR(32),
	withdrawn_by VARCHAR(200),
	withdrawn_at VARCHAR(32),
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_wall_overrides PRIMARY KEY (id)
);
CREATE TABLE adopted_entries (
	entry_id VARCHAR(40) NOT NULL,
	origin VARCHAR(200) NOT NULL,
	code VARCHAR(60) NOT NULL,
	published_on DATE,
	state VARCHAR(20) NOT NULL,
	basis TEXT NOT NULL,
	adopted_by VARCHAR(200) NOT NULL,
	adopted_at VARCHAR(32) NOT NULL,
	CONSTRAINT pk_adopted_entries PRIMARY KEY (entry_id),
	CONSTRAINT fk_adopted_entries_entry_id FOREIGN KEY(entry_id) REFERENCES entries (id)
);
CREATE TABLE adopted_history (
	entry_id VARCHAR(40) NOT NULL,
	place INTEGER NOT NULL,
	day DATE NOT NULL,
	act VARCHAR(40) NOT NULL,
	actor VARCHAR(200) NOT NULL,
	words TEXT NOT NULL,
	CONSTRAINT pk_adopted_history PRIMARY KEY (entry_id, place),
	CONSTRAINT fk_adopted_history_entry_id FOREIGN KEY(entry_id) REFERENCES entries (id)
);
CREATE INDEX ix_adopted_history_day ON adopted_history (day);
CREATE TABLE alert_steps (
	alert_id VARCHAR(40) NOT NULL,
	number INTEGER NOT NULL,
	event VARCHAR(20) NOT NULL,
	office VARCHAR(20) NOT NULL,
	state VARCHAR(20) NOT NULL,
	reason TEXT NOT NULL,
	made_by VARCHAR(200) NOT NULL,
	made_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_alert_steps PRIMARY KEY (alert_id, number),
	CONSTRAINT fk_alert_steps_alert_id FOREIGN KEY(alert_id) REFERENCES alerts (id)
);
CREATE TABLE attribution_moments (
	release_id VARCHAR(40) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	moment VARCHAR(32) NOT NULL,
	CONSTRAINT pk_attribution_moments PRIMARY KEY (release_id),
	CONSTRAINT fk_attribution_moments_release_id FOREIGN KEY(release_id) REFERENCES releases (id)
);
CREATE TABLE attribution_shares (
	release_id VARCHAR(40) NOT NULL,
	since_release_id VARCHAR(40) NOT NULL,
	meaning VARCHAR(20) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	changed BIGINT NOT NULL,
	attributed BIGINT NOT NULL,
	unattributed BIGINT NOT NULL,
	waiting BIGINT NOT NULL,
	path TEXT NOT NULL,
	attributed_at VARCHAR(32) NOT NULL,
	CONSTRAINT pk_attribution_shares PRIMARY KEY (release_id, since_release_id, meaning),
	CONSTRAINT ck_attribution_shares_balance CHECK (changed = attributed + unattributed),
	CONSTRAINT fk_attribution_shares_release_id FOREIGN KEY(release_id) REFERENCES releases (id)
);
CREATE INDEX ix_attribution_shares_dataset ON attribution_shares (dataset);
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
CREATE TABLE authority_case_claims (
	case_id VARCHAR(40) NOT NULL,
	claim_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_authority_case_claims PRIMARY KEY (case_id, claim_id),
	CONSTRAINT fk_authority_case_claims_case_id FOREIGN KEY(case_id) REFERENCES authority_cases (id),
	CONSTRAINT fk_authority_case_claims_claim_id FOREIGN KEY(claim_id) REFERENCES authority_claims (id)
);
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
	grant_id VARCHAR(40),
	CONSTRAINT pk_client_tokens PRIMARY KEY (id),
	CONSTRAINT fk_client_tokens_organisation FOREIGN KEY(organisation) REFERENCES organisations (code),
	CONSTRAINT uq_client_tokens_sha256 UNIQUE (sha256)
);
CREATE INDEX ix_client_tokens_organisation ON client_tokens (organisation);
CREATE TABLE clock_extensions (
	id VARCHAR(40) NOT NULL,
	clock_id VARCHAR(40) NOT NULL,
	rule VARCHAR(60) NOT NULL,
	workdays INTEGER NOT NULL,
	reason TEXT NOT NULL,
	approved_by VARCHAR(200) NOT NULL,
	made_at VARCHAR(32) NOT NULL,
	CONSTRAINT pk_clock_extensions PRIMARY KEY (id),
	CONSTRAINT fk_clock_extensions_clock_id FOREIGN KEY(clock_id) REFERENCES clocks (id)
);
CREATE TABLE clock_pauses (
	id VARCHAR(40) NOT NULL,
	clock_id VARCHAR(40) NOT NULL,
	first_on DATE NOT NULL,
	last_on DATE,
	reason TEXT NOT NULL,
	made_by VARCHAR(200) NOT NULL,
	CONSTRAINT pk_clock_pauses PRIMARY KEY (id),
	CONSTRAINT fk_clock_pauses_clock_id FOREIGN KEY(clock_id) REFERENCES clocks (id)
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
	origin VARCHAR(40),
	level VARCHAR(20),
	not_carried INTEGER,
	told VARCHAR(20),
	told_release VARCHAR(40),
	CONSTRAINT pk_corrections PRIMARY KEY (id),
	CONSTRAINT fk_corrections_asker FOREIGN KEY(asker) REFERENCES organisations (code),
	CONSTRAINT fk_corrections_release_id FOREIGN KEY(release_id) REFERENCES releases (id)
);
CREATE INDEX ix_corrections_asker ON corrections (asker, state);
CREATE INDEX ix_corrections_department_code ON corrections (department_code, state);
CREATE TABLE dataset_rules (
	id VARCHAR(40) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	number INTEGER NOT NULL,
	party VARCHAR(40),
	rules JSON,
	digest VARCHAR(64) NOT NULL,
	signature TEXT NOT NULL,
	owner VARCHAR(40) NOT NULL,
	valid_from DATE NOT NULL,
	set_by VARCHAR(200) NOT NULL,
	set_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_dataset_rules PRIMARY KEY (id),
	CONSTRAINT uq_dataset_rules_dataset_number UNIQUE (dataset, number),
	CONSTRAINT fk_dataset_rules_party FOREIGN KEY(party) REFERENCES organisations (code)
);
CREATE TABLE entitlement_runs (
	id VARCHAR(40) NOT NULL,
	comparison_id VARCHAR(40) NOT NULL,
	releases JSON NOT NULL,
	compared INTEGER NOT NULL,
	found JSON NOT NULL,
	opened INTEGER NOT NULL,
	gone INTEGER NOT NULL,
	ran_by VARCHAR(200) NOT NULL,
	ran_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_entitlement_runs PRIMARY KEY (id),
	CONSTRAINT fk_entitlement_runs_comparison_id FOREIGN KEY(comparison_id) REFERENCES entitlement_comparisons (id)
);
CREATE INDEX ix_entitlement_runs_comparison_id ON entitlement_runs (comparison_id, ran_at);
CREATE TABLE entry_acts (
	id VARCHAR(40) NOT NULL,
	entry_id VARCHAR(40) NOT NULL,
	place INTEGER NOT NULL,
	revision INTEGER NOT NULL,
	event VARCHAR(20) NOT NULL,
	office VARCHAR(20) NOT NULL,
	actor VARCHAR(200) NOT NULL,
	state_before VARCHAR(20) NOT NULL,
	state_after VARCHAR(20) NOT NULL,
	reason TEXT NOT NULL,
	details JSON NOT NULL,
	made_at VARCHAR(32) NOT NULL,
	CONSTRAINT pk_entry_acts PRIMARY KEY (id),
	CONSTRAINT fk_entry_acts_entry_id FOREIGN KEY(entry_id) REFERENCES entries (id)
);
CREATE UNIQUE INDEX ix_entry_acts_entry ON entry_acts (entry_id, place);
CREATE INDEX ix_entry_acts_made_at ON entry_acts (made_at, entry_id);
CREATE TABLE entry_announcements (
	id VARCHAR(40) NOT NULL,
	entry_id VARCHAR(40) NOT NULL,
	from_revision INTEGER NOT NULL,
	to_revision INTEGER NOT NULL,
	kind VARCHAR(20) NOT NULL,
	target VARCHAR(130) NOT NULL,
	organisation VARCHAR(40) NOT NULL,
	organisation_name VARCHAR(200) NOT NULL,
	breaks BOOLEAN NOT NULL,
	reasons JSON NOT NULL,
	effects JSON NOT NULL,
	made_at VARCHAR(32) NOT NULL,
	acknowledged_by VARCHAR(200),
	acknowledged_at VARCHAR(32),
	CONSTRAINT pk_entry_announcements PRIMARY KEY (id),
	CONSTRAINT fk_entry_announcements_entry_id FOREIGN KEY(entry_id) REFERENCES entries (id)
);
CREATE INDEX ix_entry_announcements_entry ON entry_announcements (entry_id);
CREATE INDEX ix_entry_announcements_organisation ON entry_announcements (organisation, acknowledged_at);
CREATE TABLE entry_findings (
	id VARCHAR(40) NOT NULL,
	entry_id VARCHAR(40) NOT NULL,
	revision INTEGER NOT NULL,
	kind VARCHAR(30) NOT NULL,
	path VARCHAR(200) NOT NULL,
	what TEXT NOT NULL,
	before TEXT NOT NULL,
	after TEXT NOT NULL,
	found_at VARCHAR(32) NOT NULL,
	seen_by VARCHAR(200),
	seen_at VARCHAR(32),
	CONSTRAINT pk_entry_findings PRIMARY KEY (id),
	CONSTRAINT fk_entry_findings_entry_id FOREIGN KEY(entry_id) REFERENCES entries (id)
);
CREATE INDEX ix_entry_findings_entry ON entry_findings (entry_id, revision);
CREATE TABLE entry_triggers (
	id VARCHAR(40) NOT NULL,
	entry_id VARCHAR(40) NOT NULL,
	kind VARCHAR(20) NOT NULL,
	what TEXT NOT NULL,
	recorded_by VARCHAR(200) NOT NULL,
	recorded_at VARCHAR(32) NOT NULL,
	answered_by INTEGER,
	answered_at VARCHAR(32),
	CONSTRAINT pk_entry_triggers PRIMARY KEY (id),
	CONSTRAINT fk_entry_triggers_entry_id FOREIGN KEY(entry_id) REFERENCES entries (id)
);
CREATE INDEX ix_entry_triggers_entry ON entry_triggers (entry_id);
CREATE TABLE evaluation_documents (
	evaluation_id VARCHAR(40) NOT NULL,
	version INTEGER NOT NULL,
	document TEXT NOT NULL,
	digest VARCHAR(64) NOT NULL,
	made_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_evaluation_documents PRIMARY KEY (evaluation_id, version),
	CONSTRAINT fk_evaluation_documents_evaluation_id FOREIGN KEY(evaluation_id) REFERENCES evaluations (id)
);
CREATE TABLE evaluation_objections (
	id VARCHAR(40) NOT NULL,
	evaluation_id VARCHAR(40) NOT NULL,
	number INTEGER NOT NULL,
	office VARCHAR(20) NOT NULL,
	organisation VARCHAR(40) NOT NULL,
	indicator VARCHAR(60) NOT NULL,
	reason TEXT NOT NULL,
	made_by VARCHAR(200) NOT NULL,
	made_at VARCHAR(32) NOT NULL,
	outcome VARCHAR(20),
	basis TEXT,
	answered_by VARCHAR(200),
	answered_at VARCHAR(32),
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_evaluation_objections PRIMARY KEY (id),
	CONSTRAINT uq_evaluation_objections_evaluation_id_number UNIQUE (evaluation_id, number),
	CONSTRAINT fk_evaluation_objections_evaluation_id FOREIGN KEY(evaluation_id) REFERENCES evaluations (id)
);
CREATE TABLE evaluation_reviews (
	id VARCHAR(40) NOT NULL,
	evaluation_id VARCHAR(40) NOT NULL,
	office VARCHAR(20) NOT NULL,
	organisation VARCHAR(40) NOT NULL,
	mark INTEGER NOT NULL,
	words TEXT NOT NULL,
	made_by VARCHAR(200) NOT NULL,
	made_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_evaluation_reviews PRIMARY KEY (id),
	CONSTRAINT uq_evaluation_reviews_evaluation_id_organisation UNIQUE (evaluation_id, organisation),
	CONSTRAINT ck_evaluation_reviews_mark CHECK (mark >= 0 AND mark <= 100),
	CONSTRAINT fk_evaluation_reviews_evaluation_id FOREIGN KEY(evaluation_id) REFERENCES evaluations (id)
);
CREATE TABLE evaluation_steps (
	evaluation_id VARCHAR(40) NOT NULL,
	number INTEGER NOT NULL,
	event VARCHAR(20) NOT NULL,
	state VARCHAR(20) NOT NULL,
	office VARCHAR(20) NOT NULL,
	made_by VARCHAR(200) NOT NULL,
	made_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_evaluation_steps PRIMARY KEY (evaluation_id, number),
	CONSTRAINT fk_evaluation_steps_evaluation_id FOREIGN KEY(evaluation_id) REFERENCES evaluations (id)
);
CREATE TABLE exchange_databases (
	id VARCHAR(40) NOT NULL,
	organisation VARCHAR(40) NOT NULL,
	name VARCHAR(63) NOT NULL,
	url TEXT NOT NULL,
	place VARCHAR(63) NOT NULL,
	registered_by VARCHAR(200) NOT NULL,
	registered_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_exchange_databases PRIMARY KEY (id),
	CONSTRAINT uq_exchange_databases_organisation_name UNIQUE (organisation, name),
	CONSTRAINT fk_exchange_databases_organisation FOREIGN KEY(organisation) REFERENCES organisations (code)
);
CREATE TABLE exchange_runs (
	import_id VARCHAR(40) NOT NULL,
	platform VARCHAR(60) NOT NULL,
	job VARCHAR(120) NOT NULL,
	day DATE NOT NULL,
	succeeded INTEGER NOT NULL,
	failed INTEGER NOT NULL,
	CONSTRAINT pk_exchange_runs PRIMARY KEY (import_id, job, day),
	CONSTRAINT fk_exchange_runs_import_id FOREIGN KEY(import_id) REFERENCES usage_imports (id)
);
CREATE INDEX ix_exchange_runs_job ON exchange_runs (platform, job, day);
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
CREATE TABLE incident_notices (
	id VARCHAR(40) NOT NULL,
	incident_id VARCHAR(40) NOT NULL,
	rule VARCHAR(60) NOT NULL,
	addressee VARCHAR(200) NOT NULL,
	addressee_code VARCHAR(40) NOT NULL,
	source TEXT NOT NULL,
	due_at VARCHAR(32) NOT NULL,
	provisional BOOLEAN NOT NULL,
	state VARCHAR(10) NOT NULL,
	text TEXT NOT NULL,
	edited_by VARCHAR(200),
	edited_at VARCHAR(32),
	ended_by VARCHAR(200),
	ended_at VARCHAR(32),
	sent_at VARCHAR(32),
	proof TEXT,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_incident_notices PRIMARY KEY (id),
	CONSTRAINT uq_incident_notices_incident_id_rule_addressee_addressee_code UNIQUE (incident_id, rule, addressee, addressee_code),
	CONSTRAINT fk_incident_notices_incident_id FOREIGN KEY(incident_id) REFERENCES incidents (id)
);
CREATE INDEX ix_incident_notices_state ON incident_notices (state, due_at);
CREATE TABLE incident_steps (
	incident_id VARCHAR(40) NOT NULL,
	number INTEGER NOT NULL,
	event VARCHAR(20) NOT NULL,
	office VARCHAR(20) NOT NULL,
	state VARCHAR(20) NOT NULL,
	reason TEXT NOT NULL,
	made_by VARCHAR(200) NOT NULL,
	made_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_incident_steps PRIMARY KEY (incident_id, number),
	CONSTRAINT fk_incident_steps_incident_id FOREIGN KEY(incident_id) REFERENCES incidents (id)
);
CREATE TABLE incident_stops (
	incident_id VARCHAR(40) NOT NULL,
	kind VARCHAR(20) NOT NULL,
	name VARCHAR(130) NOT NULL,
	stop_id VARCHAR(40),
	stood BOOLEAN NOT NULL,
	effects JSON NOT NULL,
	made_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_incident_stops PRIMARY KEY (incident_id, kind, name),
	CONSTRAINT fk_incident_stops_incident_id FOREIGN KEY(incident_id) REFERENCES incidents (id),
	CONSTRAINT fk_incident_stops_stop_id FOREIGN KEY(stop_id) REFERENCES stops (id)
);
CREATE TABLE inventory_listings (
	id VARCHAR(40) NOT NULL,
	system_id VARCHAR(40) NOT NULL,
	source VARCHAR(20) NOT NULL,
	complete BOOLEAN NOT NULL,
	tables INTEGER NOT NULL,
	"new" INTEGER NOT NULL,
	gone INTEGER NOT NULL,
	changed INTEGER NOT NULL,
	taken_at VARCHAR(32) NOT NULL,
	taken_by VARCHAR(200) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_inventory_listings PRIMARY KEY (id),
	CONSTRAINT fk_inventory_listings_system_id FOREIGN KEY(system_id) REFERENCES inventory_systems (id)
);
CREATE INDEX ix_inventory_listings_system_id ON inventory_listings (system_id, taken_at);
CREATE TABLE inventory_tables (
	id VARCHAR(40) NOT NULL,
	system_id VARCHAR(40) NOT NULL,
	name VARCHAR(260) NOT NULL,
	kind VARCHAR(20) NOT NULL,
	comment TEXT NOT NULL,
	columns JSON NOT NULL,
	digest VARCHAR(64) NOT NULL,
	rows BIGINT,
	rows_how VARCHAR(20) NOT NULL,
	first_seen_at VARCHAR(32) NOT NULL,
	seen_at VARCHAR(32) NOT NULL,
	changed_at VARCHAR(32),
	gone_at VARCHAR(32),
	CONSTRAINT pk_inventory_tables PRIMARY KEY (id),
	CONSTRAINT uq_inventory_tables_system_id_name UNIQUE (system_id, name),
	CONSTRAINT fk_inventory_tables_system_id FOREIGN KEY(system_id) REFERENCES inventory_systems (id)
);
CREATE TABLE library_checks (
	id VARCHAR(40) NOT NULL,
	library_id VARCHAR(40) NOT NULL,
	checked_at VARCHAR(32) NOT NULL,
	passed BOOLEAN NOT NULL,
	members INTEGER NOT NULL,
	findings JSON NOT NULL,
	checked_by VARCHAR(200) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_library_checks PRIMARY KEY (id),
	CONSTRAINT fk_library_checks_library_id FOREIGN KEY(library_id) REFERENCES libraries (id)
);
CREATE INDEX ix_library_checks_library_id ON library_checks (library_id, checked_at);
CREATE TABLE library_members (
	id VARCHAR(40) NOT NULL,
	library_id VARCHAR(40) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	part VARCHAR(20) NOT NULL,
	sources JSON NOT NULL,
	joined_by VARCHAR(200) NOT NULL,
	joined_at VARCHAR(32) NOT NULL,
	left_by VARCHAR(200),
	left_at VARCHAR(32),
	leave_reason TEXT,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_library_members PRIMARY KEY (id),
	CONSTRAINT fk_library_members_library_id FOREIGN KEY(library_id) REFERENCES libraries (id)
);
CREATE INDEX ix_library_members_dataset ON library_members (dataset);
CREATE INDEX ix_library_members_library_id ON library_members (library_id);
CREATE TABLE link_probes (
	id VARCHAR(40) NOT NULL,
	link_id VARCHAR(40) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	tested_at VARCHAR(32) NOT NULL,
	alive BOOLEAN NOT NULL,
	why TEXT NOT NULL,
	latency_ms INTEGER,
	latency_class VARCHAR(20),
	details JSON NOT NULL,
	tested_by VARCHAR(200) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_link_probes PRIMARY KEY (id),
	CONSTRAINT fk_link_probes_link_id FOREIGN KEY(link_id) REFERENCES links (id)
);
CREATE INDEX ix_link_probes_link_id ON link_probes (link_id, tested_at);
CREATE INDEX ix_link_probes_tested_at ON link_probes (tested_at);
CREATE TABLE monthly_replies (
	id VARCHAR(40) NOT NULL,
	report_id VARCHAR(40) NOT NULL,
	department VARCHAR(200) NOT NULL,
	text TEXT NOT NULL,
	to_digest VARCHAR(64) NOT NULL,
	replied_by VARCHAR(200) NOT NULL,
	replied_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_monthly_replies PRIMARY KEY (id),
	CONSTRAINT fk_monthly_replies_report_id FOREIGN KEY(report_id) REFERENCES monthly_reports (id)
);
CREATE INDEX ix_monthly_replies_report_id ON monthly_replies (report_id, department);
CREATE TABLE open_files (
	id VARCHAR(40) NOT NULL,
	opening_id VARCHAR(40) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	release_id VARCHAR(40) NOT NULL,
	folder TEXT NOT NULL,
	sha256 VARCHAR(64) NOT NULL,
	metadata_sha256 VARCHAR(64) NOT NULL,
	size_bytes BIGINT NOT NULL,
	rows BIGINT NOT NULL,
	licence VARCHAR(40) NOT NULL,
	published_by VARCHAR(200) NOT NULL,
	published_at VARCHAR(32) NOT NULL,
	withdrawn_at VARCHAR(32),
	withdraw_reason TEXT,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_open_files PRIMARY KEY (id),
	CONSTRAINT uq_open_files_dataset_folder UNIQUE (dataset, folder),
	CONSTRAINT fk_open_files_opening_id FOREIGN KEY(opening_id) REFERENCES openings (id),
	CONSTRAINT fk_open_files_release_id FOREIGN KEY(release_id) REFERENCES releases (id)
);
CREATE INDEX ix_open_files_opening_id ON open_files (opening_id);
CREATE TABLE opening_steps (
	opening_id VARCHAR(40) NOT NULL,
	number INTEGER NOT NULL,
	event VARCHAR(20) NOT NULL,
	office VARCHAR(20) NOT NULL,
	state VARCHAR(20) NOT NULL,
	reason TEXT NOT NULL,
	actor VARCHAR(200) NOT NULL,
	at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_opening_steps PRIMARY KEY (opening_id, number),
	CONSTRAINT fk_opening_steps_opening_id FOREIGN KEY(opening_id) REFERENCES openings (id)
);
CREATE TABLE operation_listed (
	agreement_id VARCHAR(40) NOT NULL,
	version INTEGER NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	revision INTEGER NOT NULL,
	digest VARCHAR(64) NOT NULL,
	CONSTRAINT pk_operation_listed PRIMARY KEY (agreement_id, version, dataset),
	CONSTRAINT fk_operation_listed_agreement_id FOREIGN KEY(agreement_id) REFERENCES operation_agreements (id)
);
CREATE TABLE operation_reviews (
	id VARCHAR(40) NOT NULL,
	agreement_id VARCHAR(40) NOT NULL,
	until DATE NOT NULL,
	conclusion TEXT NOT NULL,
	facts JSON NOT NULL,
	made_by VARCHAR(200) NOT NULL,
	made_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_operation_reviews PRIMARY KEY (id),
	CONSTRAINT uq_operation_reviews_agreement_id_until UNIQUE (agreement_id, until),
	CONSTRAINT fk_operation_reviews_agreement_id FOREIGN KEY(agreement_id) REFERENCES operation_agreements (id)
);
CREATE TABLE operation_scenarios (
	id VARCHAR(40) NOT NULL,
	agreement_id VARCHAR(40) NOT NULL,
	title VARCHAR(200) NOT NULL,
	purpose VARCHAR(60) NOT NULL,
	description TEXT NOT NULL,
	valid_to DATE NOT NULL,
	risk JSON NOT NULL,
	products JSON NOT NULL,
	person VARCHAR(200) NOT NULL,
	state VARCHAR(20) NOT NULL,
	digest VARCHAR(64) NOT NULL,
	proposed_by VARCHAR(200) NOT NULL,
	proposed_at VARCHAR(32) NOT NULL,
	adopted_at VARCHAR(32),
	ended_on DATE,
	CONSTRAINT pk_operation_scenarios PRIMARY KEY (id),
	CONSTRAINT uq_operation_scenarios_agreement_id_title UNIQUE (agreement_id, title),
	CONSTRAINT fk_operation_scenarios_agreement_id FOREIGN KEY(agreement_id) REFERENCES operation_agreements (id)
);
CREATE TABLE operation_versions (
	agreement_id VARCHAR(40) NOT NULL,
	version INTEGER NOT NULL,
	state VARCHAR(20) NOT NULL,
	document TEXT NOT NULL,
	digest VARCHAR(64) NOT NULL,
	reason TEXT NOT NULL,
	signature TEXT,
	body_person VARCHAR(200),
	body_signed_at VARCHAR(32),
	operator_person VARCHAR(200),
	operator_signed_at VARCHAR(32),
	made_by VARCHAR(200) NOT NULL,
	made_at VARCHAR(32) NOT NULL,
	CONSTRAINT pk_operation_versions PRIMARY KEY (agreement_id, version),
	CONSTRAINT fk_operation_versions_agreement_id FOREIGN KEY(agreement_id) REFERENCES operation_agreements (id)
);
CREATE TABLE organisation_event_units (
	event_id VARCHAR(40) NOT NULL,
	role VARCHAR(20) NOT NULL,
	code VARCHAR(40) NOT NULL,
	position INTEGER NOT NULL,
	CONSTRAINT pk_organisation_event_units PRIMARY KEY (event_id, role, code),
	CONSTRAINT fk_organisation_event_units_event_id FOREIGN KEY(event_id) REFERENCES organisation_events (id),
	CONSTRAINT fk_organisation_event_units_code FOREIGN KEY(code) REFERENCES organisation_units (code)
);
CREATE INDEX ix_organisation_event_units_code ON organisation_event_units (code, role);
CREATE TABLE organisation_handovers (
	event_id VARCHAR(40) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	from_code VARCHAR(40) NOT NULL,
	to_code VARCHAR(40) NOT NULL,
	opened_on DATE NOT NULL,
	settled_at VARCHAR(32),
	settled_revision INTEGER,
	CONSTRAINT pk_organisation_handovers PRIMARY KEY (event_id, dataset),
	CONSTRAINT fk_organisation_handovers_event_id FOREIGN KEY(event_id) REFERENCES organisation_events (id)
);
CREATE INDEX ix_organisation_handovers_dataset ON organisation_handovers (dataset);
CREATE TABLE organisation_spans (
	id VARCHAR(40) NOT NULL,
	code VARCHAR(40) NOT NULL,
	name VARCHAR(200) NOT NULL,
	parent VARCHAR(40),
	region VARCHAR(12),
	valid_from DATE NOT NULL,
	valid_to DATE,
	CONSTRAINT pk_organisation_spans PRIMARY KEY (id),
	CONSTRAINT fk_organisation_spans_code FOREIGN KEY(code) REFERENCES organisation_units (code)
);
CREATE INDEX ix_organisation_spans_code ON organisation_spans (code, valid_from);
CREATE TABLE own_standard_acts (
	id VARCHAR(40) NOT NULL,
	standard_id VARCHAR(40) NOT NULL,
	place INTEGER NOT NULL,
	act VARCHAR(20) NOT NULL,
	made_by VARCHAR(200) NOT NULL,
	reason TEXT NOT NULL,
	effective_on VARCHAR(10),
	made_at VARCHAR(32) NOT NULL,
	CONSTRAINT pk_own_standard_acts PRIMARY KEY (id),
	CONSTRAINT uq_own_standard_acts_standard_id_place UNIQUE (standard_id, place),
	CONSTRAINT fk_own_standard_acts_standard_id FOREIGN KEY(standard_id) REFERENCES own_standards (id)
);
CREATE TABLE place_divisions (
	id VARCHAR(40) NOT NULL,
	list_id VARCHAR(40) NOT NULL,
	code VARCHAR(12) NOT NULL,
	name VARCHAR(100) NOT NULL,
	parent VARCHAR(12) NOT NULL,
	valid_from VARCHAR(10) NOT NULL,
	valid_to VARCHAR(10) NOT NULL,
	recorded_at VARCHAR(32) NOT NULL,
	superseded_at VARCHAR(32),
	CONSTRAINT pk_place_divisions PRIMARY KEY (id),
	CONSTRAINT fk_place_divisions_list_id FOREIGN KEY(list_id) REFERENCES place_lists (id)
);
CREATE INDEX ix_place_divisions_code ON place_divisions (code);
CREATE TABLE place_names (
	id VARCHAR(40) NOT NULL,
	list_id VARCHAR(40) NOT NULL,
	name VARCHAR(100) NOT NULL,
	code VARCHAR(12) NOT NULL,
	kind VARCHAR(10) NOT NULL,
	low INTEGER,
	high INTEGER,
	parity VARCHAR(4) NOT NULL,
	valid_from VARCHAR(10) NOT NULL,
	valid_to VARCHAR(10) NOT NULL,
	recorded_at VARCHAR(32) NOT NULL,
	superseded_at VARCHAR(32),
	CONSTRAINT pk_place_names PRIMARY KEY (id),
	CONSTRAINT fk_place_names_list_id FOREIGN KEY(list_id) REFERENCES place_lists (id)
);
CREATE INDEX ix_place_names_code ON place_names (code);
CREATE TABLE place_polygons (
	id VARCHAR(40) NOT NULL,
	list_id VARCHAR(40) NOT NULL,
	code VARCHAR(12) NOT NULL,
	rings JSON NOT NULL,
	west FLOAT NOT NULL,
	east FLOAT NOT NULL,
	south FLOAT NOT NULL,
	north FLOAT NOT NULL,
	valid_from VARCHAR(10) NOT NULL,
	valid_to VARCHAR(10) NOT NULL,
	recorded_at VARCHAR(32) NOT NULL,
	superseded_at VARCHAR(32),
	CONSTRAINT pk_place_polygons PRIMARY KEY (id),
	CONSTRAINT fk_place_polygons_list_id FOREIGN KEY(list_id) REFERENCES place_lists (id)
);
CREATE INDEX ix_place_polygons_code ON place_polygons (code);
CREATE TABLE place_successions (
	id VARCHAR(40) NOT NULL,
	list_id VARCHAR(40) NOT NULL,
	code VARCHAR(12) NOT NULL,
	successor VARCHAR(12) NOT NULL,
	valid_from VARCHAR(10) NOT NULL,
	recorded_at VARCHAR(32) NOT NULL,
	superseded_at VARCHAR(32),
	CONSTRAINT pk_place_successions PRIMARY KEY (id),
	CONSTRAINT fk_place_successions_list_id FOREIGN KEY(list_id) REFERENCES place_lists (id)
);
CREATE INDEX ix_place_successions_code ON place_successions (code);
CREATE TABLE quality_contests (
	id VARCHAR(40) NOT NULL,
	evaluation_id VARCHAR(40) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	department_code VARCHAR(18) NOT NULL,
	reason TEXT NOT NULL,
	opened_at VARCHAR(32) NOT NULL,
	opened_by VARCHAR(200) NOT NULL,
	due_on DATE NOT NULL,
	due_provisional BOOLEAN NOT NULL,
	state VARCHAR(20) NOT NULL,
	decision TEXT,
	decided_at VARCHAR(32),
	decided_by VARCHAR(200),
	late BOOLEAN,
	corrected_score FLOAT,
	corrected_evaluation_id VARCHAR(40),
	CONSTRAINT pk_quality_contests PRIMARY KEY (id),
	CONSTRAINT uq_quality_contests_evaluation_id_dataset UNIQUE (evaluation_id, dataset),
	CONSTRAINT fk_quality_contests_evaluation_id FOREIGN KEY(evaluation_id) REFERENCES quality_evaluations (id)
);
CREATE TABLE quality_details (
	build_id VARCHAR(40) NOT NULL,
	rule VARCHAR(120) NOT NULL,
	kind VARCHAR(20) NOT NULL,
	indicator VARCHAR(4),
	tolerance FLOAT NOT NULL,
	note VARCHAR(200) NOT NULL,
	CONSTRAINT pk_quality_details PRIMARY KEY (build_id, rule),
	CONSTRAINT fk_quality_details_build_id FOREIGN KEY(build_id) REFERENCES builds (id)
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
CREATE TABLE rectification_events (
	id VARCHAR(40) NOT NULL,
	case_id VARCHAR(40) NOT NULL,
	number INTEGER NOT NULL,
	event VARCHAR(20) NOT NULL,
	at VARCHAR(32) NOT NULL,
	remaining BIGINT NOT NULL,
	on_time BOOLEAN,
	actor VARCHAR(200) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_rectification_events PRIMARY KEY (id),
	CONSTRAINT uq_rectification_events_case_id_number UNIQUE (case_id, number),
	CONSTRAINT fk_rectification_events_case_id FOREIGN KEY(case_id) REFERENCES rectification_cases (id)
);
CREATE TABLE rectification_sendings (
	id VARCHAR(40) NOT NULL,
	case_id VARCHAR(40) NOT NULL,
	rows BIGINT NOT NULL,
	digest VARCHAR(64) NOT NULL,
	sent_at VARCHAR(32) NOT NULL,
	sent_by VARCHAR(200) NOT NULL,
	CONSTRAINT pk_rectification_sendings PRIMARY KEY (id),
	CONSTRAINT fk_rectification_sendings_case_id FOREIGN KEY(case_id) REFERENCES rectification_cases (id)
);
CREATE TABLE rectified_overlays (
	dataset VARCHAR(130) NOT NULL,
	number INTEGER NOT NULL,
	digest VARCHAR(64) NOT NULL,
	cells BIGINT NOT NULL,
	case_id VARCHAR(40) NOT NULL,
	made_at VARCHAR(32) NOT NULL,
	CONSTRAINT pk_rectified_overlays PRIMARY KEY (dataset, number),
	CONSTRAINT fk_rectified_overlays_case_id FOREIGN KEY(case_id) REFERENCES rectification_cases (id)
);
CREATE TABLE registration_applications (
	id VARCHAR(40) NOT NULL,
	registration_id VARCHAR(40) NOT NULL,
	kind VARCHAR(20) NOT NULL,
	office VARCHAR(20) NOT NULL,
	applicant_name VARCHAR(200) NOT NULL,
	applicant_code VARCHAR(18) NOT NULL,
	form TEXT NOT NULL,
	ground VARCHAR(40),
	ground_citation TEXT,
	state VARCHAR(20) NOT NULL,
	filed_at VARCHAR(32) NOT NULL,
	filed_by VARCHAR(200) NOT NULL,
	returned JSON,
	notice_from DATE,
	notice_until DATE,
	notice_provisional BOOLEAN,
	notice_source TEXT,
	basis TEXT,
	reason TEXT,
	ended_at VARCHAR(32),
	CONSTRAINT pk_registration_applications PRIMARY KEY (id),
	CONSTRAINT fk_registration_applications_registration_id FOREIGN KEY(registration_id) REFERENCES registrations (id)
);
CREATE INDEX ix_registration_applications_of ON registration_applications (registration_id);
CREATE INDEX ix_registration_applications_state ON registration_applications (state);
CREATE TABLE registration_authorised (
	authorisation_id VARCHAR(40) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	CONSTRAINT pk_registration_authorised PRIMARY KEY (authorisation_id, dataset),
	CONSTRAINT fk_registration_authorised_authorisation_id FOREIGN KEY(authorisation_id) REFERENCES registration_authorisations (id)
);
CREATE TABLE registration_codes (
	code VARCHAR(80) NOT NULL,
	role VARCHAR(10) NOT NULL,
	registration_id VARCHAR(40) NOT NULL,
	recorded_at VARCHAR(32) NOT NULL,
	CONSTRAINT pk_registration_codes PRIMARY KEY (code),
	CONSTRAINT fk_registration_codes_registration_id FOREIGN KEY(registration_id) REFERENCES registrations (id)
);
CREATE TABLE registration_sources (
	registration_id VARCHAR(40) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	CONSTRAINT pk_registration_sources PRIMARY KEY (registration_id, dataset),
	CONSTRAINT fk_registration_sources_registration_id FOREIGN KEY(registration_id) REFERENCES registrations (id)
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
CREATE TABLE result_settlements (
	id VARCHAR(40) NOT NULL,
	bond_id VARCHAR(40) NOT NULL,
	evaluation_id VARCHAR(40) NOT NULL,
	month VARCHAR(7) NOT NULL,
	payers JSON NOT NULL,
	document TEXT NOT NULL,
	credit_fen BIGINT NOT NULL,
	settled_by VARCHAR(200) NOT NULL,
	settled_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_result_settlements PRIMARY KEY (id),
	CONSTRAINT uq_result_settlements_bond_id_evaluation_id UNIQUE (bond_id, evaluation_id),
	CONSTRAINT ck_result_settlements_credit CHECK (credit_fen >= 0),
	CONSTRAINT fk_result_settlements_bond_id FOREIGN KEY(bond_id) REFERENCES result_bonds (id),
	CONSTRAINT fk_result_settlements_evaluation_id FOREIGN KEY(evaluation_id) REFERENCES evaluations (id)
);
CREATE INDEX ix_result_settlements_month ON result_settlements (month);
CREATE TABLE revisions (
	id VARCHAR(40) NOT NULL,
	entry_id VARCHAR(40) NOT NULL,
	number INTEGER NOT NULL,
	contract TEXT NOT NULL,
	digest VARCHAR(64) NOT NULL,
	reason TEXT NOT NULL,
	made_by VARCHAR(200) NOT NULL,
	made_at VARCHAR(32) NOT NULL,
	path TEXT,
	CONSTRAINT pk_revisions PRIMARY KEY (id),
	CONSTRAINT uq_revisions_entry_id_number UNIQUE (entry_id, number),
	CONSTRAINT fk_revisions_entry_id FOREIGN KEY(entry_id) REFERENCES entries (id)
);
CREATE TABLE statements (
	id VARCHAR(40) NOT NULL,
	organisation VARCHAR(40) NOT NULL,
	month VARCHAR(7) NOT NULL,
	document TEXT NOT NULL,
	digest VARCHAR(64) NOT NULL,
	signature TEXT NOT NULL,
	total_fen BIGINT NOT NULL,
	closed_by VARCHAR(200) NOT NULL,
	closed_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_statements PRIMARY KEY (id),
	CONSTRAINT uq_statements_organisation_month UNIQUE (organisation, month),
	CONSTRAINT ck_statements_total CHECK (total_fen >= 0),
	CONSTRAINT fk_statements_organisation FOREIGN KEY(organisation) REFERENCES organisations (code)
);
CREATE TABLE stop_datasets (
	stop_id VARCHAR(40) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	CONSTRAINT pk_stop_datasets PRIMARY KEY (stop_id, dataset),
	CONSTRAINT fk_stop_datasets_stop_id FOREIGN KEY(stop_id) REFERENCES stops (id)
);
CREATE TABLE usage_counts (
	import_id VARCHAR(40) NOT NULL,
	day DATE NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	consumer VARCHAR(40) NOT NULL,
	kind VARCHAR(10) NOT NULL,
	outcome VARCHAR(20) NOT NULL,
	count BIGINT NOT NULL,
	bytes_class VARCHAR(10) NOT NULL,
	CONSTRAINT pk_usage_counts PRIMARY KEY (import_id, day, dataset, consumer, kind, outcome),
	CONSTRAINT fk_usage_counts_import_id FOREIGN KEY(import_id) REFERENCES usage_imports (id)
);
CREATE INDEX ix_usage_counts_dataset ON usage_counts (dataset, day);
CREATE TABLE usage_import_days (
	platform VARCHAR(60) NOT NULL,
	day DATE NOT NULL,
	import_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_usage_import_days PRIMARY KEY (platform, day),
	CONSTRAINT fk_usage_import_days_import_id FOREIGN KEY(import_id) REFERENCES usage_imports (id)
);
CREATE INDEX ix_usage_import_days_day ON usage_import_days (day);
CREATE TABLE usage_outside (
	import_id VARCHAR(40) NOT NULL,
	resource VARCHAR(200) NOT NULL,
	count BIGINT NOT NULL,
	CONSTRAINT pk_usage_outside PRIMARY KEY (import_id, resource),
	CONSTRAINT fk_usage_outside_import_id FOREIGN KEY(import_id) REFERENCES usage_imports (id)
);
CREATE TABLE voucher_firms (
	batch_id VARCHAR(40) NOT NULL,
	firm VARCHAR(40) NOT NULL,
	claimed_fen BIGINT NOT NULL,
	CONSTRAINT pk_voucher_firms PRIMARY KEY (batch_id, firm),
	CONSTRAINT ck_voucher_firms_claimed CHECK (claimed_fen >= 0),
	CONSTRAINT fk_voucher_firms_batch_id FOREIGN KEY(batch_id) REFERENCES voucher_batches (id)
);
CREATE TABLE voucher_moves (
	id VARCHAR(40) NOT NULL,
	batch_id VARCHAR(40) NOT NULL,
	voucher_id VARCHAR(40),
	from_part VARCHAR(20) NOT NULL,
	to_part VARCHAR(20) NOT NULL,
	amount_fen BIGINT NOT NULL,
	firm VARCHAR(40),
	reason TEXT,
	moved_by VARCHAR(200) NOT NULL,
	moved_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_voucher_moves PRIMARY KEY (id),
	CONSTRAINT ck_voucher_moves_amount CHECK (amount_fen > 0),
	CONSTRAINT fk_voucher_moves_batch_id FOREIGN KEY(batch_id) REFERENCES voucher_batches (id)
);
CREATE INDEX ix_voucher_moves_batch_id ON voucher_moves (batch_id, moved_at);
CREATE TABLE vouchers (
	id VARCHAR(40) NOT NULL,
	batch_id VARCHAR(40) NOT NULL,
	firm VARCHAR(40),
	state VARCHAR(20) NOT NULL,
	face_fen BIGINT NOT NULL,
	left_fen BIGINT NOT NULL,
	spent_fen BIGINT NOT NULL,
	ended_fen BIGINT NOT NULL,
	issued_at VARCHAR(32) NOT NULL,
	claimed_at VARCHAR(32),
	CONSTRAINT pk_vouchers PRIMARY KEY (id),
	CONSTRAINT ck_vouchers_face CHECK (left_fen + spent_fen + ended_fen = face_fen),
	CONSTRAINT ck_vouchers_parts CHECK (left_fen >= 0 AND spent_fen >= 0 AND ended_fen >= 0),
	CONSTRAINT fk_vouchers_batch_id FOREIGN KEY(batch_id) REFERENCES voucher_batches (id)
);
CREATE INDEX ix_vouchers_batch_id ON vouchers (batch_id, state);
CREATE INDEX ix_vouchers_firm ON vouchers (firm);
CREATE TABLE attribution_claims (
	id VARCHAR(40) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	row VARCHAR(32) NOT NULL,
	meaning VARCHAR(20) NOT NULL,
	area VARCHAR(12) NOT NULL,
	body VARCHAR(40) NOT NULL,
	release_id VARCHAR(40) NOT NULL,
	reason TEXT NOT NULL,
	claimed_by VARCHAR(200) NOT NULL,
	claimed_at VARCHAR(32) NOT NULL,
	withdrawn_by VARCHAR(200),
	withdrawn_at VARCHAR(32),
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_attribution_claims PRIMARY KEY (id),
	CONSTRAINT fk_attribution_claims_body FOREIGN KEY(body) REFERENCES grassroots_bodies (code),
	CONSTRAINT fk_attribution_claims_release_id FOREIGN KEY(release_id) REFERENCES releases (id)
);
CREATE INDEX ix_attribution_claims_dataset ON attribution_claims (dataset, row);
CREATE TABLE base_bindings (
	body VARCHAR(40) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	kind VARCHAR(20) NOT NULL,
	key_field VARCHAR(63) NOT NULL,
	household_field VARCHAR(63),
	bound_by VARCHAR(200) NOT NULL,
	bound_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_base_bindings PRIMARY KEY (body, dataset),
	CONSTRAINT fk_base_bindings_body FOREIGN KEY(body) REFERENCES grassroots_bodies (code)
);
CREATE TABLE base_confirmations (
	id VARCHAR(40) NOT NULL,
	body VARCHAR(40) NOT NULL,
	form VARCHAR(60) NOT NULL,
	period VARCHAR(20) NOT NULL,
	rows INTEGER NOT NULL,
	added INTEGER NOT NULL,
	changed INTEGER NOT NULL,
	removed INTEGER NOT NULL,
	cells INTEGER NOT NULL,
	seal VARCHAR(64) NOT NULL,
	confirmed_by VARCHAR(200) NOT NULL,
	confirmed_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_base_confirmations PRIMARY KEY (id),
	CONSTRAINT uq_base_confirmations_body_form_period UNIQUE (body, form, period),
	CONSTRAINT fk_base_confirmations_body FOREIGN KEY(body) REFERENCES grassroots_bodies (code),
	CONSTRAINT fk_base_confirmations_form FOREIGN KEY(form) REFERENCES forms (code)
);
CREATE TABLE base_feeds (
	delivery_id VARCHAR(40) NOT NULL,
	body VARCHAR(40) NOT NULL,
	added INTEGER NOT NULL,
	changed INTEGER NOT NULL,
	removed INTEGER NOT NULL,
	unplaced INTEGER NOT NULL,
	fed_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_base_feeds PRIMARY KEY (delivery_id),
	CONSTRAINT fk_base_feeds_body FOREIGN KEY(body) REFERENCES grassroots_bodies (code)
);
CREATE TABLE base_records (
	id VARCHAR(40) NOT NULL,
	body VARCHAR(40) NOT NULL,
	kind VARCHAR(20) NOT NULL,
	reference VARCHAR(64) NOT NULL,
	identifier TEXT NOT NULL,
	opened_at VARCHAR(32) NOT NULL,
	CONSTRAINT pk_base_records PRIMARY KEY (id),
	CONSTRAINT uq_base_records_body_kind_reference UNIQUE (body, kind, reference),
	CONSTRAINT fk_base_records_body FOREIGN KEY(body) REFERENCES grassroots_bodies (code)
);
CREATE TABLE base_tasks (
	id VARCHAR(40) NOT NULL,
	body VARCHAR(40) NOT NULL,
	kind VARCHAR(20) NOT NULL,
	subject VARCHAR(60) NOT NULL,
	case_id VARCHAR(40),
	title VARCHAR(200) NOT NULL,
	due_on DATE NOT NULL,
	state VARCHAR(12) NOT NULL,
	outcome JSON,
	opened_by VARCHAR(200) NOT NULL,
	opened_at VARCHAR(32) NOT NULL,
	closed_by VARCHAR(200),
	closed_for VARCHAR(200),
	closed_at VARCHAR(32),
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_base_tasks PRIMARY KEY (id),
	CONSTRAINT fk_base_tasks_body FOREIGN KEY(body) REFERENCES grassroots_bodies (code)
);
CREATE INDEX ix_base_tasks_body ON base_tasks (body, state);
CREATE TABLE correction_attachments (
	id VARCHAR(40) NOT NULL,
	correction_id VARCHAR(40) NOT NULL,
	kind VARCHAR(10) NOT NULL,
	title VARCHAR(200) NOT NULL,
	size_bytes INTEGER NOT NULL,
	path TEXT NOT NULL,
	sha256 VARCHAR(64) NOT NULL,
	organisation VARCHAR(40) NOT NULL,
	attached_by VARCHAR(200) NOT NULL,
	attached_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_correction_attachments PRIMARY KEY (id),
	CONSTRAINT fk_correction_attachments_correction_id FOREIGN KEY(correction_id) REFERENCES corrections (id)
);
CREATE INDEX ix_correction_attachments_case ON correction_attachments (correction_id);
CREATE TABLE correction_steps (
	id VARCHAR(40) NOT NULL,
	correction_id VARCHAR(40) NOT NULL,
	number INTEGER NOT NULL,
	event VARCHAR(20) NOT NULL,
	office VARCHAR(20) NOT NULL,
	before VARCHAR(20) NOT NULL,
	after VARCHAR(20) NOT NULL,
	acted_by VARCHAR(200) NOT NULL,
	acted_at VARCHAR(32) NOT NULL,
	reason TEXT NOT NULL,
	department_code VARCHAR(18) NOT NULL,
	due_on DATE,
	release_id VARCHAR(40),
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_correction_steps PRIMARY KEY (id),
	CONSTRAINT uq_correction_steps_correction_id_number UNIQUE (correction_id, number),
	CONSTRAINT fk_correction_steps_correction_id FOREIGN KEY(correction_id) REFERENCES corrections (id)
);
CREATE INDEX ix_correction_steps_event ON correction_steps (event, acted_at);
CREATE TABLE digital_contracts (
	id VARCHAR(40) NOT NULL,
	kind VARCHAR(20) NOT NULL,
	request_id VARCHAR(40) NOT NULL,
	provider VARCHAR(40) NOT NULL,
	consumer VARCHAR(40) NOT NULL,
	state VARCHAR(40) NOT NULL,
	offers INTEGER NOT NULL,
	grant_id VARCHAR(40) NOT NULL,
	agreement TEXT,
	agreement_digest VARCHAR(64),
	provider_person VARCHAR(200) NOT NULL,
	consumer_person VARCHAR(200) NOT NULL,
	drafted_at VARCHAR(32) NOT NULL,
	changed_at VARCHAR(32) NOT NULL,
	CONSTRAINT pk_digital_contracts PRIMARY KEY (id),
	CONSTRAINT fk_digital_contracts_request_id FOREIGN KEY(request_id) REFERENCES requests (id),
	CONSTRAINT fk_digital_contracts_consumer FOREIGN KEY(consumer) REFERENCES organisations (code),
	CONSTRAINT uq_digital_contracts_grant_id UNIQUE (grant_id)
);
CREATE INDEX ix_digital_contracts_consumer ON digital_contracts (consumer, state);
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
CREATE TABLE entitlement_cases (
	id VARCHAR(40) NOT NULL,
	comparison_id VARCHAR(40) NOT NULL,
	finding VARCHAR(40) NOT NULL,
	subject VARCHAR(64) NOT NULL,
	round INTEGER NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	row VARCHAR(64) NOT NULL,
	area VARCHAR(12) NOT NULL,
	body VARCHAR(40),
	record_id VARCHAR(40),
	department_code VARCHAR(40) NOT NULL,
	confidence VARCHAR(60) NOT NULL,
	state VARCHAR(12) NOT NULL,
	outcome VARCHAR(20),
	answer TEXT,
	answered_by VARCHAR(200),
	due_on DATE NOT NULL,
	due_provisional BOOLEAN NOT NULL,
	opened_run VARCHAR(40) NOT NULL,
	opened_at VARCHAR(32) NOT NULL,
	closed_at VARCHAR(32),
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_entitlement_cases PRIMARY KEY (id),
	CONSTRAINT uq_entitlement_cases_comparison_id_finding_subject_round UNIQUE (comparison_id, finding, subject, round),
	CONSTRAINT fk_entitlement_cases_comparison_id FOREIGN KEY(comparison_id) REFERENCES entitlement_comparisons (id),
	CONSTRAINT fk_entitlement_cases_opened_run FOREIGN KEY(opened_run) REFERENCES entitlement_runs (id)
);
CREATE INDEX ix_entitlement_cases_body ON entitlement_cases (body, state);
CREATE INDEX ix_entitlement_cases_department_code ON entitlement_cases (department_code, state);
CREATE TABLE form_drafts (
	id VARCHAR(40) NOT NULL,
	form VARCHAR(60) NOT NULL,
	period VARCHAR(20) NOT NULL,
	body VARCHAR(40) NOT NULL,
	subject VARCHAR(64) NOT NULL,
	version INTEGER NOT NULL,
	subject_id TEXT NOT NULL,
	values JSON NOT NULL,
	reasons JSON NOT NULL,
	saved_by VARCHAR(200) NOT NULL,
	saved_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_form_drafts PRIMARY KEY (id),
	CONSTRAINT uq_form_drafts_form_period_body_subject_version UNIQUE (form, period, body, subject, version),
	CONSTRAINT fk_form_drafts_form FOREIGN KEY(form) REFERENCES forms (code),
	CONSTRAINT fk_form_drafts_body FOREIGN KEY(body) REFERENCES grassroots_bodies (code)
);
CREATE INDEX ix_form_drafts_body ON form_drafts (body, form, period);
CREATE TABLE form_handouts (
	id VARCHAR(40) NOT NULL,
	form VARCHAR(60) NOT NULL,
	period VARCHAR(20) NOT NULL,
	body VARCHAR(40) NOT NULL,
	workbook VARCHAR(64) NOT NULL,
	roster INTEGER NOT NULL,
	sheets INTEGER NOT NULL,
	prefilled INTEGER NOT NULL,
	computed INTEGER NOT NULL,
	asked INTEGER NOT NULL,
	made_by VARCHAR(200) NOT NULL,
	made_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_form_handouts PRIMARY KEY (id),
	CONSTRAINT fk_form_handouts_form FOREIGN KEY(form) REFERENCES forms (code),
	CONSTRAINT fk_form_handouts_body FOREIGN KEY(body) REFERENCES grassroots_bodies (code)
);
CREATE TABLE form_recipients (
	id VARCHAR(40) NOT NULL,
	form VARCHAR(60) NOT NULL,
	body VARCHAR(40) NOT NULL,
	since DATE NOT NULL,
	ended_on DATE,
	sent_by VARCHAR(200) NOT NULL,
	sent_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_form_recipients PRIMARY KEY (id),
	CONSTRAINT fk_form_recipients_form FOREIGN KEY(form) REFERENCES forms (code),
	CONSTRAINT fk_form_recipients_body FOREIGN KEY(body) REFERENCES grassroots_bodies (code)
);
CREATE UNIQUE INDEX uq_form_recipients_open ON form_recipients (form, body) WHERE ended_on IS NULL;
CREATE TABLE form_tasks (
	id VARCHAR(40) NOT NULL,
	form VARCHAR(60) NOT NULL,
	period VARCHAR(20) NOT NULL,
	body VARCHAR(40) NOT NULL,
	state VARCHAR(20) NOT NULL,
	subjects INTEGER,
	due_on DATE NOT NULL,
	due_provisional BOOLEAN NOT NULL,
	made_by VARCHAR(200) NOT NULL,
	made_at VARCHAR(32) NOT NULL,
	closed_by VARCHAR(200),
	closed_at VARCHAR(32),
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_form_tasks PRIMARY KEY (id),
	CONSTRAINT uq_form_tasks_form_period_body UNIQUE (form, period, body),
	CONSTRAINT fk_form_tasks_form FOREIGN KEY(form) REFERENCES forms (code),
	CONSTRAINT fk_form_tasks_body FOREIGN KEY(body) REFERENCES grassroots_bodies (code)
);
CREATE INDEX ix_form_tasks_body ON form_tasks (body, state);
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
CREATE TABLE inbox_notes (
	id VARCHAR(40) NOT NULL,
	body VARCHAR(40) NOT NULL,
	subject VARCHAR(40) NOT NULL,
	row VARCHAR(32) NOT NULL,
	text TEXT NOT NULL,
	written_by VARCHAR(200) NOT NULL,
	written_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_inbox_notes PRIMARY KEY (id),
	CONSTRAINT fk_inbox_notes_body FOREIGN KEY(body) REFERENCES grassroots_bodies (code)
);
CREATE INDEX ix_inbox_notes_subject ON inbox_notes (body, subject);
CREATE TABLE inbox_tasks (
	id VARCHAR(40) NOT NULL,
	body VARCHAR(40) NOT NULL,
	subject VARCHAR(40) NOT NULL,
	row VARCHAR(32) NOT NULL,
	assignee VARCHAR(200) NOT NULL,
	task TEXT NOT NULL,
	due_on VARCHAR(10) NOT NULL,
	assigned_by VARCHAR(200) NOT NULL,
	assigned_at VARCHAR(32) NOT NULL,
	state VARCHAR(20) NOT NULL,
	closed_by VARCHAR(200),
	closed_at VARCHAR(32),
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_inbox_tasks PRIMARY KEY (id),
	CONSTRAINT fk_inbox_tasks_body FOREIGN KEY(body) REFERENCES grassroots_bodies (code)
);
CREATE INDEX ix_inbox_tasks_body ON inbox_tasks (body, state);
CREATE INDEX ix_inbox_tasks_subject ON inbox_tasks (subject);
CREATE TABLE inventory_exclusions (
	id VARCHAR(40) NOT NULL,
	table_id VARCHAR(40) NOT NULL,
	reason VARCHAR(40) NOT NULL,
	words TEXT NOT NULL,
	basis TEXT NOT NULL,
	review_on DATE,
	excluded_by VARCHAR(200) NOT NULL,
	approved_by VARCHAR(200) NOT NULL,
	excluded_at VARCHAR(32) NOT NULL,
	ended_at VARCHAR(32),
	end_reason TEXT,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_inventory_exclusions PRIMARY KEY (id),
	CONSTRAINT fk_inventory_exclusions_table_id FOREIGN KEY(table_id) REFERENCES inventory_tables (id)
);
CREATE INDEX ix_inventory_exclusions_table_id ON inventory_exclusions (table_id);
CREATE TABLE inventory_matches (
	id VARCHAR(40) NOT NULL,
	table_id VARCHAR(40) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	state VARCHAR(20) NOT NULL,
	certain BOOLEAN NOT NULL,
	score INTEGER NOT NULL,
	why TEXT NOT NULL,
	made_at VARCHAR(32) NOT NULL,
	decided_by VARCHAR(200),
	decided_at VARCHAR(32),
	evidence_id VARCHAR(40),
	CONSTRAINT pk_inventory_matches PRIMARY KEY (id),
	CONSTRAINT uq_inventory_matches_table_id_dataset UNIQUE (table_id, dataset),
	CONSTRAINT fk_inventory_matches_table_id FOREIGN KEY(table_id) REFERENCES inventory_tables (id)
);
CREATE INDEX ix_inventory_matches_dataset ON inventory_matches (dataset, state);
CREATE TABLE invoices (
	number VARCHAR(60) NOT NULL,
	kind VARCHAR(20) NOT NULL,
	issuer VARCHAR(40) NOT NULL,
	payer VARCHAR(40) NOT NULL,
	month VARCHAR(7) NOT NULL,
	year INTEGER NOT NULL,
	place INTEGER NOT NULL,
	statement_id VARCHAR(40) NOT NULL,
	corrects VARCHAR(60),
	document TEXT NOT NULL,
	digest VARCHAR(64) NOT NULL,
	signature TEXT NOT NULL,
	total_fen BIGINT NOT NULL,
	credited_fen BIGINT NOT NULL,
	voucher_fen BIGINT NOT NULL,
	issued_by VARCHAR(200) NOT NULL,
	issued_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_invoices PRIMARY KEY (number),
	CONSTRAINT uq_invoices_issuer_year_place UNIQUE (issuer, year, place),
	CONSTRAINT ck_invoices_amounts CHECK (credited_fen >= 0 AND voucher_fen >= 0 AND ((kind = 'invoice' AND total_fen >= 0 AND credited_fen + voucher_fen <= total_fen) OR (kind = 'credit_note' AND total_fen < 0 AND credited_fen = 0 AND voucher_fen = 0))),
	CONSTRAINT fk_invoices_payer FOREIGN KEY(payer) REFERENCES organisations (code),
	CONSTRAINT fk_invoices_statement_id FOREIGN KEY(statement_id) REFERENCES statements (id),
	CONSTRAINT fk_invoices_corrects FOREIGN KEY(corrects) REFERENCES invoices (number)
);
CREATE INDEX ix_invoices_payer ON invoices (payer, month);
CREATE TABLE local_items (
	body VARCHAR(40) NOT NULL,
	kind VARCHAR(20) NOT NULL,
	name VARCHAR(63) NOT NULL,
	title VARCHAR(200) NOT NULL,
	type VARCHAR(12) NOT NULL,
	allowed JSON NOT NULL,
	added_by VARCHAR(200) NOT NULL,
	added_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_local_items PRIMARY KEY (body, kind, name),
	CONSTRAINT fk_local_items_body FOREIGN KEY(body) REFERENCES grassroots_bodies (code)
);
CREATE TABLE operation_findings (
	id VARCHAR(40) NOT NULL,
	review_id VARCHAR(40) NOT NULL,
	number INTEGER NOT NULL,
	words TEXT NOT NULL,
	owed_by VARCHAR(20) NOT NULL,
	state VARCHAR(20) NOT NULL,
	answer TEXT,
	mended_by VARCHAR(200),
	mended_at VARCHAR(32),
	CONSTRAINT pk_operation_findings PRIMARY KEY (id),
	CONSTRAINT fk_operation_findings_review_id FOREIGN KEY(review_id) REFERENCES operation_reviews (id)
);
CREATE TABLE operation_requests (
	request_id VARCHAR(40) NOT NULL,
	agreement_id VARCHAR(40) NOT NULL,
	scenario_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_operation_requests PRIMARY KEY (request_id),
	CONSTRAINT fk_operation_requests_request_id FOREIGN KEY(request_id) REFERENCES requests (id),
	CONSTRAINT fk_operation_requests_agreement_id FOREIGN KEY(agreement_id) REFERENCES operation_agreements (id),
	CONSTRAINT fk_operation_requests_scenario_id FOREIGN KEY(scenario_id) REFERENCES operation_scenarios (id)
);
CREATE INDEX ix_operation_requests_agreement ON operation_requests (agreement_id);
CREATE TABLE operation_scenario_items (
	scenario_id VARCHAR(40) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	field VARCHAR(63) NOT NULL,
	necessity TEXT NOT NULL,
	CONSTRAINT pk_operation_scenario_items PRIMARY KEY (scenario_id, dataset, field),
	CONSTRAINT fk_operation_scenario_items_scenario_id FOREIGN KEY(scenario_id) REFERENCES operation_scenarios (id)
);
CREATE TABLE recall_notices (
	correction_id VARCHAR(40) NOT NULL,
	receiver VARCHAR(40) NOT NULL,
	told VARCHAR(20) NOT NULL,
	told_to VARCHAR(40),
	notice_id VARCHAR(40),
	unreachable VARCHAR(200),
	told_at VARCHAR(32) NOT NULL,
	due_on DATE,
	due_provisional BOOLEAN,
	due_rule VARCHAR(200),
	closed_at VARCHAR(32),
	closed_how VARCHAR(20),
	closed_by VARCHAR(200),
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_recall_notices PRIMARY KEY (correction_id, receiver),
	CONSTRAINT ck_recall_notices_told CHECK ((notice_id IS NULL AND unreachable IS NOT NULL) OR (notice_id IS NOT NULL AND unreachable IS NULL)),
	CONSTRAINT fk_recall_notices_correction_id FOREIGN KEY(correction_id) REFERENCES corrections (id)
);
CREATE INDEX ix_recall_notices_receiver ON recall_notices (receiver, closed_at);
CREATE TABLE registration_acts (
	id VARCHAR(40) NOT NULL,
	application_id VARCHAR(40) NOT NULL,
	number INTEGER NOT NULL,
	act VARCHAR(20) NOT NULL,
	state VARCHAR(20) NOT NULL,
	office VARCHAR(20) NOT NULL,
	made_by VARCHAR(200) NOT NULL,
	registrar_id VARCHAR(40),
	reason TEXT,
	made_at VARCHAR(32) NOT NULL,
	CONSTRAINT pk_registration_acts PRIMARY KEY (id),
	CONSTRAINT fk_registration_acts_application_id FOREIGN KEY(application_id) REFERENCES registration_applications (id),
	CONSTRAINT fk_registration_acts_registrar_id FOREIGN KEY(registrar_id) REFERENCES registration_registrars (id)
);
CREATE INDEX ix_registration_acts_of ON registration_acts (application_id, number);
CREATE TABLE registration_objections (
	id VARCHAR(40) NOT NULL,
	application_id VARCHAR(40) NOT NULL,
	name VARCHAR(200) NOT NULL,
	code VARCHAR(18),
	contact VARCHAR(200) NOT NULL,
	statement TEXT NOT NULL,
	state VARCHAR(20) NOT NULL,
	made_at VARCHAR(32) NOT NULL,
	entered_by VARCHAR(200) NOT NULL,
	reason TEXT,
	basis TEXT,
	decided_at VARCHAR(32),
	decided_by VARCHAR(200),
	CONSTRAINT pk_registration_objections PRIMARY KEY (id),
	CONSTRAINT fk_registration_objections_application_id FOREIGN KEY(application_id) REFERENCES registration_applications (id)
);
CREATE INDEX ix_registration_objections_of ON registration_objections (application_id, state);
CREATE TABLE request_cases (
	id VARCHAR(40) NOT NULL,
	request_id VARCHAR(40) NOT NULL,
	number INTEGER NOT NULL,
	owner VARCHAR(200) NOT NULL,
	owner_code VARCHAR(40) NOT NULL,
	share_type VARCHAR(20) NOT NULL,
	rule VARCHAR(60) NOT NULL,
	chain JSON NOT NULL,
	state VARCHAR(30) NOT NULL,
	lacks JSON,
	given JSON,
	disputed JSON,
	opened_at VARCHAR(32) NOT NULL,
	answered_at VARCHAR(32),
	CONSTRAINT pk_request_cases PRIMARY KEY (id),
	CONSTRAINT fk_request_cases_request_id FOREIGN KEY(request_id) REFERENCES requests (id)
);
CREATE INDEX ix_request_cases_request_id ON request_cases (request_id);
CREATE INDEX ix_request_cases_state ON request_cases (state);
CREATE TABLE request_items (
	request_id VARCHAR(40) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	field VARCHAR(63) NOT NULL,
	share_type VARCHAR(20) NOT NULL,
	CONSTRAINT pk_request_items PRIMARY KEY (request_id, dataset, field),
	CONSTRAINT fk_request_items_request_id FOREIGN KEY(request_id) REFERENCES requests (id)
);
CREATE TABLE second_entries (
	id VARCHAR(40) NOT NULL,
	form VARCHAR(60) NOT NULL,
	period VARCHAR(20) NOT NULL,
	body VARCHAR(40) NOT NULL,
	system VARCHAR(100) NOT NULL,
	layout VARCHAR(64) NOT NULL,
	rows INTEGER NOT NULL,
	cells INTEGER NOT NULL,
	refused INTEGER NOT NULL,
	basis TEXT NOT NULL,
	made_by VARCHAR(200) NOT NULL,
	made_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_second_entries PRIMARY KEY (id),
	CONSTRAINT fk_second_entries_form FOREIGN KEY(form) REFERENCES forms (code),
	CONSTRAINT fk_second_entries_body FOREIGN KEY(body) REFERENCES grassroots_bodies (code)
);
CREATE TABLE stand_ins (
	id VARCHAR(40) NOT NULL,
	body VARCHAR(40) NOT NULL,
	person VARCHAR(200) NOT NULL,
	stand_in VARCHAR(200) NOT NULL,
	first_on DATE NOT NULL,
	last_on DATE NOT NULL,
	reason TEXT NOT NULL,
	named_by VARCHAR(200) NOT NULL,
	named_at VARCHAR(32) NOT NULL,
	ended_on DATE,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_stand_ins PRIMARY KEY (id),
	CONSTRAINT fk_stand_ins_body FOREIGN KEY(body) REFERENCES grassroots_bodies (code)
);
CREATE INDEX ix_stand_ins_body ON stand_ins (body, stand_in);
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
	computed INTEGER,
	items INTEGER,
	rows_path TEXT,
	task_id VARCHAR(40),
	challenges JSON,
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
	meaning VARCHAR(20),
	valid_from VARCHAR(10),
	valid_to VARCHAR(10),
	grant_id VARCHAR(40),
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
CREATE TABLE base_events (
	id VARCHAR(40) NOT NULL,
	body VARCHAR(40) NOT NULL,
	record_id VARCHAR(40) NOT NULL,
	number INTEGER NOT NULL,
	act VARCHAR(12) NOT NULL,
	items JSON NOT NULL,
	values JSON NOT NULL,
	authority VARCHAR(200) NOT NULL,
	authority_code VARCHAR(40) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	row VARCHAR(64) NOT NULL,
	as_of VARCHAR(20) NOT NULL,
	household VARCHAR(40),
	source VARCHAR(12) NOT NULL,
	source_id VARCHAR(40),
	correction_id VARCHAR(40),
	reason TEXT NOT NULL,
	acted_by VARCHAR(200) NOT NULL,
	acted_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_base_events PRIMARY KEY (id),
	CONSTRAINT uq_base_events_record_id_number UNIQUE (record_id, number),
	CONSTRAINT fk_base_events_body FOREIGN KEY(body) REFERENCES grassroots_bodies (code),
	CONSTRAINT fk_base_events_record_id FOREIGN KEY(record_id) REFERENCES base_records (id)
);
CREATE INDEX ix_base_events_body ON base_events (body, acted_at);
CREATE TABLE base_task_moves (
	task_id VARCHAR(40) NOT NULL,
	number INTEGER NOT NULL,
	person VARCHAR(200) NOT NULL,
	first_on DATE NOT NULL,
	last_on DATE,
	reason TEXT NOT NULL,
	moved_by VARCHAR(200) NOT NULL,
	moved_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_base_task_moves PRIMARY KEY (task_id, number),
	CONSTRAINT fk_base_task_moves_task_id FOREIGN KEY(task_id) REFERENCES base_tasks (id)
);
CREATE TABLE contract_breaches (
	id VARCHAR(40) NOT NULL,
	grant_id VARCHAR(40) NOT NULL,
	kind VARCHAR(20) NOT NULL,
	consequence VARCHAR(20) NOT NULL,
	calls_per_day INTEGER,
	day VARCHAR(10) NOT NULL,
	why TEXT NOT NULL,
	made_by VARCHAR(200) NOT NULL,
	made_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_contract_breaches PRIMARY KEY (id),
	CONSTRAINT fk_contract_breaches_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id)
);
CREATE UNIQUE INDEX uq_contract_breaches_day ON contract_breaches (grant_id, kind, day);
CREATE TABLE contract_offers (
	contract_id VARCHAR(40) NOT NULL,
	number INTEGER NOT NULL,
	side VARCHAR(20) NOT NULL,
	made_by VARCHAR(200) NOT NULL,
	made_at VARCHAR(32) NOT NULL,
	why TEXT NOT NULL,
	terms TEXT NOT NULL,
	terms_digest VARCHAR(64) NOT NULL,
	differences JSON NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_contract_offers PRIMARY KEY (contract_id, number),
	CONSTRAINT fk_contract_offers_contract_id FOREIGN KEY(contract_id) REFERENCES digital_contracts (id)
);
CREATE TABLE contract_signatures (
	contract_id VARCHAR(40) NOT NULL,
	side VARCHAR(20) NOT NULL,
	organisation VARCHAR(40) NOT NULL,
	signed_by VARCHAR(200) NOT NULL,
	key_id VARCHAR(16) NOT NULL,
	algorithm VARCHAR(20) NOT NULL,
	signature TEXT NOT NULL,
	statement TEXT NOT NULL,
	signed_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_contract_signatures PRIMARY KEY (contract_id, side),
	CONSTRAINT fk_contract_signatures_contract_id FOREIGN KEY(contract_id) REFERENCES digital_contracts (id)
);
CREATE TABLE contract_steps (
	contract_id VARCHAR(40) NOT NULL,
	number INTEGER NOT NULL,
	event VARCHAR(20) NOT NULL,
	side VARCHAR(20) NOT NULL,
	state VARCHAR(40) NOT NULL,
	next VARCHAR(40) NOT NULL,
	made_by VARCHAR(200) NOT NULL,
	why TEXT NOT NULL,
	made_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_contract_steps PRIMARY KEY (contract_id, number),
	CONSTRAINT fk_contract_steps_contract_id FOREIGN KEY(contract_id) REFERENCES digital_contracts (id)
);
CREATE TABLE deletion_proofs (
	id VARCHAR(40) NOT NULL,
	grant_id VARCHAR(40) NOT NULL,
	covers VARCHAR(32) NOT NULL,
	statement TEXT NOT NULL,
	signature TEXT NOT NULL,
	key_id VARCHAR(16) NOT NULL,
	made_by VARCHAR(200) NOT NULL,
	made_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_deletion_proofs PRIMARY KEY (id),
	CONSTRAINT fk_deletion_proofs_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id)
);
CREATE INDEX ix_deletion_proofs_grant_id ON deletion_proofs (grant_id, covers);
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
CREATE TABLE form_handout_sheets (
	handout VARCHAR(40) NOT NULL,
	number INTEGER NOT NULL,
	subject_id VARCHAR(200) NOT NULL,
	cells JSON NOT NULL,
	CONSTRAINT pk_form_handout_sheets PRIMARY KEY (handout, number),
	CONSTRAINT fk_form_handout_sheets_handout FOREIGN KEY(handout) REFERENCES form_handouts (id)
);
CREATE TABLE grant_endings (
	grant_id VARCHAR(40) NOT NULL,
	side VARCHAR(10) NOT NULL,
	reason TEXT NOT NULL,
	ended_by VARCHAR(200) NOT NULL,
	ended_at VARCHAR(32) NOT NULL,
	calls_under_way INTEGER NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_grant_endings PRIMARY KEY (grant_id),
	CONSTRAINT fk_grant_endings_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id)
);
CREATE TABLE grant_uses (
	grant_id VARCHAR(40) NOT NULL,
	measure VARCHAR(20) NOT NULL,
	period VARCHAR(20) NOT NULL,
	used BIGINT NOT NULL,
	CONSTRAINT pk_grant_uses PRIMARY KEY (grant_id, measure, period),
	CONSTRAINT fk_grant_uses_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id)
);
CREATE TABLE invoice_lines (
	number VARCHAR(60) NOT NULL,
	line INTEGER NOT NULL,
	grant_id VARCHAR(40) NOT NULL,
	month VARCHAR(7) NOT NULL,
	product VARCHAR(20) NOT NULL,
	purpose VARCHAR(60) NOT NULL,
	purpose_class VARCHAR(20) NOT NULL,
	datasets JSON NOT NULL,
	amount_fen BIGINT NOT NULL,
	credited_fen BIGINT NOT NULL,
	once VARCHAR(20),
	CONSTRAINT pk_invoice_lines PRIMARY KEY (number, line),
	CONSTRAINT uq_invoice_lines_grant_id_month_product_purpose_once UNIQUE (grant_id, month, product, purpose, once),
	CONSTRAINT ck_invoice_lines_free CHECK (purpose_class = 'industry' OR amount_fen = 0),
	CONSTRAINT ck_invoice_lines_credit CHECK (credited_fen >= 0 AND (credited_fen = 0 OR credited_fen <= amount_fen)),
	CONSTRAINT fk_invoice_lines_number FOREIGN KEY(number) REFERENCES invoices (number),
	CONSTRAINT fk_invoice_lines_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id)
);
CREATE TABLE metered_months (
	grant_id VARCHAR(40) NOT NULL,
	month VARCHAR(7) NOT NULL,
	product VARCHAR(20) NOT NULL,
	answers INTEGER NOT NULL,
	calls INTEGER NOT NULL,
	price_fen BIGINT NOT NULL,
	CONSTRAINT pk_metered_months PRIMARY KEY (grant_id, month, product),
	CONSTRAINT fk_metered_months_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id)
);
CREATE TABLE operation_set_aside (
	id VARCHAR(40) NOT NULL,
	agreement_id VARCHAR(40) NOT NULL,
	grant_id VARCHAR(40) NOT NULL,
	set_aside_at VARCHAR(32) NOT NULL,
	resumed_at VARCHAR(32),
	CONSTRAINT pk_operation_set_aside PRIMARY KEY (id),
	CONSTRAINT fk_operation_set_aside_agreement_id FOREIGN KEY(agreement_id) REFERENCES operation_agreements (id),
	CONSTRAINT fk_operation_set_aside_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id)
);
CREATE INDEX ix_operation_set_aside_of ON operation_set_aside (agreement_id);
CREATE TABLE pinned_releases (
	grant_id VARCHAR(40) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	period VARCHAR(10) NOT NULL,
	release_id VARCHAR(40) NOT NULL,
	pinned_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_pinned_releases PRIMARY KEY (grant_id, dataset, period),
	CONSTRAINT fk_pinned_releases_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id)
);
CREATE TABLE recall_holdings (
	correction_id VARCHAR(40) NOT NULL,
	receiver VARCHAR(40) NOT NULL,
	way VARCHAR(20) NOT NULL,
	under VARCHAR(40) NOT NULL,
	release_id VARCHAR(40) NOT NULL,
	named VARCHAR(40) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	replaced_by VARCHAR(40),
	replaced_at VARCHAR(32),
	CONSTRAINT pk_recall_holdings PRIMARY KEY (correction_id, receiver, way, under),
	CONSTRAINT fk_recall_holdings_correction_id_receiver FOREIGN KEY(correction_id, receiver) REFERENCES recall_notices (correction_id, receiver)
);
CREATE TABLE redeliveries (
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
	CONSTRAINT pk_redeliveries PRIMARY KEY (id),
	CONSTRAINT ck_redeliveries_delivered CHECK (delivered = added + changed + removed),
	CONSTRAINT ck_redeliveries_balance CHECK (total = delivered + unattributed + other_areas),
	CONSTRAINT fk_redeliveries_subscription_id FOREIGN KEY(subscription_id) REFERENCES subscriptions (id),
	CONSTRAINT fk_redeliveries_release_id FOREIGN KEY(release_id) REFERENCES releases (id)
);
CREATE INDEX ix_redeliveries_subscription ON redeliveries (subscription_id);
CREATE TABLE redelivery_orders (
	id VARCHAR(40) NOT NULL,
	subscription_id VARCHAR(40) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	row VARCHAR(32) NOT NULL,
	kind VARCHAR(20) NOT NULL,
	subject VARCHAR(40) NOT NULL,
	reason TEXT NOT NULL,
	ordered_by VARCHAR(200) NOT NULL,
	ordered_at VARCHAR(32) NOT NULL,
	outcome VARCHAR(20),
	redelivery_id VARCHAR(40),
	closed_at VARCHAR(32),
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_redelivery_orders PRIMARY KEY (id),
	CONSTRAINT fk_redelivery_orders_subscription_id FOREIGN KEY(subscription_id) REFERENCES subscriptions (id)
);
CREATE INDEX ix_redelivery_orders_open ON redelivery_orders (closed_at, dataset);
CREATE INDEX ix_redelivery_orders_subject ON redelivery_orders (subject);
CREATE TABLE registration_files (
	id VARCHAR(40) NOT NULL,
	application_id VARCHAR(40) NOT NULL,
	objection_id VARCHAR(40),
	role VARCHAR(40) NOT NULL,
	name VARCHAR(200) NOT NULL,
	digest VARCHAR(64) NOT NULL,
	size_bytes BIGINT NOT NULL,
	kept_at VARCHAR(32) NOT NULL,
	CONSTRAINT pk_registration_files PRIMARY KEY (id),
	CONSTRAINT fk_registration_files_application_id FOREIGN KEY(application_id) REFERENCES registration_applications (id),
	CONSTRAINT fk_registration_files_objection_id FOREIGN KEY(objection_id) REFERENCES registration_objections (id)
);
CREATE INDEX ix_registration_files_of ON registration_files (application_id);
CREATE TABLE request_answers (
	request_id VARCHAR(40) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	field VARCHAR(63) NOT NULL,
	case_id VARCHAR(40) NOT NULL,
	answer VARCHAR(20),
	ground VARCHAR(40),
	basis TEXT,
	answered_by VARCHAR(200),
	answered_at VARCHAR(32),
	CONSTRAINT pk_request_answers PRIMARY KEY (request_id, dataset, field),
	CONSTRAINT fk_request_answers_request_id FOREIGN KEY(request_id) REFERENCES requests (id),
	CONSTRAINT fk_request_answers_case_id FOREIGN KEY(case_id) REFERENCES request_cases (id)
);
CREATE INDEX ix_request_answers_case_id ON request_answers (case_id);
CREATE TABLE request_steps (
	id VARCHAR(40) NOT NULL,
	request_id VARCHAR(40) NOT NULL,
	case_id VARCHAR(40),
	number INTEGER NOT NULL,
	event VARCHAR(30) NOT NULL,
	state VARCHAR(30) NOT NULL,
	office VARCHAR(20) NOT NULL,
	made_by VARCHAR(200) NOT NULL,
	for_person VARCHAR(200),
	reason TEXT NOT NULL,
	items JSON NOT NULL,
	made_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_request_steps PRIMARY KEY (id),
	CONSTRAINT uq_request_steps_request_id_number UNIQUE (request_id, number),
	CONSTRAINT fk_request_steps_request_id FOREIGN KEY(request_id) REFERENCES requests (id),
	CONSTRAINT fk_request_steps_case_id FOREIGN KEY(case_id) REFERENCES request_cases (id)
);
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
	calls INTEGER,
	CONSTRAINT pk_reservations PRIMARY KEY (id),
	CONSTRAINT fk_reservations_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id)
);
CREATE INDEX ix_reservations_state ON reservations (state, deadline_at);
CREATE UNIQUE INDEX uq_reservations_answer_key ON reservations (grant_id, answer_key) WHERE state <> 'lost';
CREATE TABLE standing_queries (
	id VARCHAR(40) NOT NULL,
	grant_id VARCHAR(40) NOT NULL,
	purpose VARCHAR(60) NOT NULL,
	sql TEXT NOT NULL,
	query VARCHAR(64) NOT NULL,
	mode VARCHAR(20) NOT NULL,
	year INTEGER NOT NULL,
	runs_limit INTEGER NOT NULL,
	runs_used INTEGER NOT NULL,
	nrho_per_run BIGINT NOT NULL,
	state VARCHAR(20) NOT NULL,
	registered_by VARCHAR(200) NOT NULL,
	registered_at VARCHAR(32) NOT NULL,
	last_day DATE NOT NULL,
	ended_at VARCHAR(32),
	ended_by VARCHAR(200),
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_standing_queries PRIMARY KEY (id),
	CONSTRAINT fk_standing_queries_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id)
);
CREATE INDEX ix_standing_queries_grant_id ON standing_queries (grant_id, state);
CREATE TABLE submission_marks (
	submission_id VARCHAR(40) NOT NULL,
	correction_id VARCHAR(40) NOT NULL,
	item VARCHAR(63) NOT NULL,
	marked_at VARCHAR(32) NOT NULL,
	lifted_at VARCHAR(32),
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_submission_marks PRIMARY KEY (submission_id, correction_id, item),
	CONSTRAINT fk_submission_marks_submission_id FOREIGN KEY(submission_id) REFERENCES submissions (id),
	CONSTRAINT fk_submission_marks_correction_id FOREIGN KEY(correction_id) REFERENCES corrections (id)
);
CREATE INDEX ix_submission_marks_correction ON submission_marks (correction_id);
CREATE TABLE supplies (
	id VARCHAR(40) NOT NULL,
	grant_id VARCHAR(40) NOT NULL,
	receiver VARCHAR(40) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	release_id VARCHAR(40) NOT NULL,
	terms_digest VARCHAR(64) NOT NULL,
	statement VARCHAR(64) NOT NULL,
	form VARCHAR(10) NOT NULL,
	exchange_id VARCHAR(40),
	place VARCHAR(200),
	reads TEXT NOT NULL,
	columns JSON NOT NULL,
	state VARCHAR(10) NOT NULL,
	made_by VARCHAR(200) NOT NULL,
	made_at VARCHAR(32) NOT NULL,
	deadline_at VARCHAR(32) NOT NULL,
	ready_at VARCHAR(32),
	rows BIGINT,
	size_bytes BIGINT,
	sha256 VARCHAR(64),
	usage_id VARCHAR(40),
	receipt_id VARCHAR(40),
	receipt TEXT,
	keep_until DATE,
	proof_due_on DATE,
	received_rows BIGINT,
	received_state VARCHAR(20),
	received_by VARCHAR(200),
	received_at VARCHAR(32),
	received TEXT,
	ended_at VARCHAR(32),
	end_reason VARCHAR(20),
	deleted_at VARCHAR(32),
	deletion_id VARCHAR(40),
	deletion TEXT,
	proved_on DATE,
	proved_by VARCHAR(200),
	proved_at VARCHAR(32),
	proof TEXT,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_supplies PRIMARY KEY (id),
	CONSTRAINT fk_supplies_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id),
	CONSTRAINT fk_supplies_receiver FOREIGN KEY(receiver) REFERENCES organisations (code),
	CONSTRAINT fk_supplies_exchange_id FOREIGN KEY(exchange_id) REFERENCES exchange_databases (id)
);
CREATE INDEX ix_supplies_receiver ON supplies (receiver, made_at);
CREATE INDEX ix_supplies_state ON supplies (state);
CREATE UNIQUE INDEX uq_supplies_statement ON supplies (grant_id, dataset, release_id, terms_digest, statement) WHERE state <> 'lost';
CREATE TABLE unmaskings (
	id VARCHAR(40) NOT NULL,
	body VARCHAR(40) NOT NULL,
	subscription_id VARCHAR(40) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	row VARCHAR(32) NOT NULL,
	fields JSON NOT NULL,
	task VARCHAR(40) NOT NULL,
	reason TEXT NOT NULL,
	asked_by VARCHAR(200) NOT NULL,
	asked_at VARCHAR(32) NOT NULL,
	expires_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_unmaskings PRIMARY KEY (id),
	CONSTRAINT fk_unmaskings_body FOREIGN KEY(body) REFERENCES grassroots_bodies (code),
	CONSTRAINT fk_unmaskings_subscription_id FOREIGN KEY(subscription_id) REFERENCES subscriptions (id)
);
CREATE INDEX ix_unmaskings_body ON unmaskings (body, asked_at);
CREATE INDEX ix_unmaskings_person ON unmaskings (asked_by, asked_at);
CREATE TABLE voucher_spendings (
	id VARCHAR(40) NOT NULL,
	voucher_id VARCHAR(40) NOT NULL,
	batch_id VARCHAR(40) NOT NULL,
	number VARCHAR(60) NOT NULL,
	firm VARCHAR(40) NOT NULL,
	amount_fen BIGINT NOT NULL,
	back_fen BIGINT NOT NULL,
	spent_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_voucher_spendings PRIMARY KEY (id),
	CONSTRAINT uq_voucher_spendings_voucher_id_number UNIQUE (voucher_id, number),
	CONSTRAINT ck_voucher_spendings_back CHECK (back_fen = 0 OR back_fen = amount_fen),
	CONSTRAINT fk_voucher_spendings_voucher_id FOREIGN KEY(voucher_id) REFERENCES vouchers (id),
	CONSTRAINT fk_voucher_spendings_batch_id FOREIGN KEY(batch_id) REFERENCES voucher_batches (id),
	CONSTRAINT fk_voucher_spendings_number FOREIGN KEY(number) REFERENCES invoices (number)
);
CREATE INDEX ix_voucher_spendings_number ON voucher_spendings (number);
CREATE TABLE workspace_tables (
	id VARCHAR(40) NOT NULL,
	grant_id VARCHAR(40) NOT NULL,
	name VARCHAR(63) NOT NULL,
	state VARCHAR(20) NOT NULL,
	form JSON NOT NULL,
	facts JSON NOT NULL,
	rows INTEGER NOT NULL,
	units INTEGER NOT NULL,
	joinable BOOLEAN NOT NULL,
	size_bytes BIGINT,
	sha256 VARCHAR(64),
	uploaded_by VARCHAR(200) NOT NULL,
	uploaded_at VARCHAR(32) NOT NULL,
	deadline_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	ended_at VARCHAR(32),
	end_reason VARCHAR(20),
	deleted_at VARCHAR(32),
	deletion_id VARCHAR(40),
	deletion TEXT,
	CONSTRAINT pk_workspace_tables PRIMARY KEY (id),
	CONSTRAINT fk_workspace_tables_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id)
);
CREATE INDEX ix_workspace_tables_deletion_id ON workspace_tables (deletion_id);
CREATE INDEX ix_workspace_tables_grant_id_state ON workspace_tables (grant_id, state);
CREATE TABLE workspace_texts (
	id VARCHAR(40) NOT NULL,
	grant_id VARCHAR(40) NOT NULL,
	kind VARCHAR(10) NOT NULL,
	name VARCHAR(63) NOT NULL,
	sql TEXT NOT NULL,
	digest VARCHAR(64) NOT NULL,
	saved_by VARCHAR(200) NOT NULL,
	saved_at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	ended_at VARCHAR(32),
	CONSTRAINT pk_workspace_texts PRIMARY KEY (id),
	CONSTRAINT fk_workspace_texts_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id)
);
CREATE INDEX ix_workspace_texts_grant_id_kind ON workspace_texts (grant_id, kind);
CREATE TABLE audited_blocks (
	number SERIAL NOT NULL,
	reservation_id VARCHAR(40) NOT NULL,
	organisation VARCHAR(40) NOT NULL,
	kind VARCHAR(300) NOT NULL,
	columns JSON NOT NULL,
	columns_digest VARCHAR(64) NOT NULL,
	body JSON NOT NULL,
	digest VARCHAR(64) NOT NULL,
	at VARCHAR(32) NOT NULL,
	datasets_digest VARCHAR(64),
	withheld INTEGER,
	CONSTRAINT pk_audited_blocks PRIMARY KEY (number),
	CONSTRAINT fk_audited_blocks_reservation_id FOREIGN KEY(reservation_id) REFERENCES reservations (id)
);
CREATE INDEX ix_audited_blocks_kind ON audited_blocks (organisation, kind, number);
CREATE TABLE standing_runs (
	standing_id VARCHAR(40) NOT NULL,
	number INTEGER NOT NULL,
	releases JSON NOT NULL,
	releases_digest VARCHAR(64) NOT NULL,
	usage_id VARCHAR(40),
	receipt_id VARCHAR(40),
	outcome VARCHAR(20) NOT NULL,
	reason VARCHAR(80),
	at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_standing_runs PRIMARY KEY (standing_id, number),
	CONSTRAINT uq_standing_runs_standing_id_releases_digest UNIQUE (standing_id, releases_digest),
	CONSTRAINT fk_standing_runs_standing_id FOREIGN KEY(standing_id) REFERENCES standing_queries (id)
);
CREATE TABLE supply_links (
	id VARCHAR(40) NOT NULL,
	supply_id VARCHAR(40) NOT NULL,
	made_by VARCHAR(200) NOT NULL,
	made_at VARCHAR(32) NOT NULL,
	expires_at VARCHAR(32) NOT NULL,
	ended_at VARCHAR(32),
	evidence_id VARCHAR(40) NOT NULL,
	CONSTRAINT pk_supply_links PRIMARY KEY (id),
	CONSTRAINT fk_supply_links_supply_id FOREIGN KEY(supply_id) REFERENCES supplies (id)
);
CREATE INDEX ix_supply_links_supply_id ON supply_links (supply_id);
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
	records INTEGER,
	at VARCHAR(32) NOT NULL,
	evidence_id VARCHAR(40) NOT NULL,
	purpose VARCHAR(60),
	purpose_class VARCHAR(20),
	product VARCHAR(20),
	size_class VARCHAR(10),
	cells BIGINT,
	bytes_supplied BIGINT,
	month VARCHAR(7),
	month_place INTEGER,
	month_before INTEGER,
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
	subject VARCHAR(80),
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
CREATE TABLE supply_transfers (
	id VARCHAR(40) NOT NULL,
	supply_id VARCHAR(40) NOT NULL,
	link_id VARCHAR(40),
	first_byte BIGINT NOT NULL,
	last_byte BIGINT NOT NULL,
	sent_bytes BIGINT NOT NULL,
	state VARCHAR(10) NOT NULL,
	began_at VARCHAR(32) NOT NULL,
	seen_at VARCHAR(32) NOT NULL,
	ended_at VARCHAR(32),
	usage_id VARCHAR(40),
	CONSTRAINT pk_supply_transfers PRIMARY KEY (id),
	CONSTRAINT fk_supply_transfers_supply_id FOREIGN KEY(supply_id) REFERENCES supplies (id),
	CONSTRAINT fk_supply_transfers_link_id FOREIGN KEY(link_id) REFERENCES supply_links (id)
);
CREATE INDEX ix_supply_transfers_state ON supply_transfers (state, seen_at);
CREATE INDEX ix_supply_transfers_supply_id ON supply_transfers (supply_id);
