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
CREATE TABLE column_edges (
	source INTEGER NOT NULL,
	target INTEGER NOT NULL,
	subtype VARCHAR(30) NOT NULL,
	CONSTRAINT pk_column_edges PRIMARY KEY (source, target)
)
 WITHOUT ROWID;
CREATE INDEX ix_column_edges_target ON column_edges (target, source);
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
CREATE TABLE file_digests (
	path TEXT NOT NULL,
	size BIGINT NOT NULL,
	mtime_ns BIGINT NOT NULL,
	ctime_ns BIGINT NOT NULL,
	inode VARCHAR(20) NOT NULL,
	sha256 VARCHAR(64) NOT NULL,
	CONSTRAINT pk_file_digests PRIMARY KEY (path)
);
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
CREATE TABLE lineage_columns (
	id INTEGER NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	field VARCHAR(63) NOT NULL,
	CONSTRAINT pk_lineage_columns PRIMARY KEY (id),
	CONSTRAINT uq_lineage_columns_dataset_field UNIQUE (dataset, field)
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
CREATE TABLE reserved_codes (
	code VARCHAR(60) NOT NULL,
	front VARCHAR(40) NOT NULL,
	number BIGINT,
	CONSTRAINT pk_reserved_codes PRIMARY KEY (code)
);
CREATE INDEX ix_reserved_codes_front ON reserved_codes (front, number);
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
CREATE INDEX ix_search_entries_code ON search_entries (code);
CREATE TABLE search_facets (
	facet VARCHAR(20) NOT NULL,
	value VARCHAR(200) NOT NULL,
	chunk INTEGER NOT NULL,
	bits BLOB NOT NULL,
	version BIGINT NOT NULL,
	CONSTRAINT pk_search_facets PRIMARY KEY (facet, value, chunk)
);
CREATE INDEX ix_search_facets_version ON search_facets (version);
CREATE TABLE search_pairs (
	pair VARCHAR(4) NOT NULL,
	chunk INTEGER NOT NULL,
	docs BLOB NOT NULL,
	CONSTRAINT pk_search_pairs PRIMARY KEY (pair, chunk)
);
CREATE TABLE search_state (
	store VARCHAR(40) NOT NULL,
	version BIGINT NOT NULL,
	next_doc INTEGER NOT NULL,
	layout INTEGER,
	CONSTRAINT pk_search_state PRIMARY KEY (store)
);
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
	"before" TEXT NOT NULL,
	"after" TEXT NOT NULL,
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
CREATE TABLE inventory_listings (
	id VARCHAR(40) NOT NULL,
	system_id VARCHAR(40) NOT NULL,
	source VARCHAR(20) NOT NULL,
	complete BOOLEAN NOT NULL,
	tables INTEGER NOT NULL,
	new INTEGER NOT NULL,
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
CREATE TABLE corrections (
	id VARCHAR(40) NOT NULL,
	asker VARCHAR(40) NOT NULL,
	dataset VARCHAR(130) NOT NULL,
	release_id VARCHAR(40) NOT NULL,
	"row" VARCHAR(64) NOT NULL,
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
	"row" VARCHAR(64) NOT NULL,
	field VARCHAR(63) NOT NULL,
	opened_at VARCHAR(32) NOT NULL,
	closed_at VARCHAR(32),
	CONSTRAINT pk_disputes PRIMARY KEY (correction_id),
	CONSTRAINT fk_disputes_correction_id FOREIGN KEY(correction_id) REFERENCES corrections (id)
);
CREATE UNIQUE INDEX uq_disputes_open ON disputes (dataset, "row", field) WHERE closed_at IS NULL;
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
	"key" VARCHAR(128) NOT NULL,
	request_digest VARCHAR(64) NOT NULL,
	usage_id VARCHAR(40),
	expires_at VARCHAR(32) NOT NULL,
	CONSTRAINT pk_idempotency_keys PRIMARY KEY (organisation, "key"),
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
