BEGIN TRANSACTION;
CREATE TABLE batch (
	id INTEGER NOT NULL, 
	dataset_id INTEGER NOT NULL, 
	name VARCHAR(300) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	requests INTEGER NOT NULL, 
	file_id VARCHAR(200) NOT NULL, 
	remote_id VARCHAR(200) NOT NULL, 
	remote_state VARCHAR(32) NOT NULL, 
	done INTEGER NOT NULL, 
	message TEXT NOT NULL, 
	created FLOAT NOT NULL, 
	changed FLOAT NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(dataset_id) REFERENCES dataset (id) ON DELETE CASCADE
);
INSERT INTO "batch" VALUES(1,3,'batch-1.jsonl','exported',1,'','','',0,'',1.79586177923081278802e+09,1.79586177923081278802e+09);
CREATE TABLE cell_mark (
	project_id VARCHAR(32) NOT NULL, 
	label_id VARCHAR(32) NOT NULL, 
	dimension_id VARCHAR(32) NOT NULL, 
	actor VARCHAR(200) NOT NULL, 
	at FLOAT NOT NULL, 
	PRIMARY KEY (project_id, label_id, dimension_id), 
	FOREIGN KEY(project_id) REFERENCES project (id) ON DELETE CASCADE
);
INSERT INTO "cell_mark" VALUES('352aee15acc54148','63376fabee87','17ef7cef4995','ana',1.79586177898089599611e+09);
CREATE TABLE dataset (
	id INTEGER NOT NULL, 
	project_id VARCHAR(32) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	folded VARCHAR(200) NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	imported BOOLEAN NOT NULL, 
	rows INTEGER NOT NULL, 
	created FLOAT NOT NULL, 
	info JSON NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (project_id, folded), 
	FOREIGN KEY(project_id) REFERENCES project (id) ON DELETE CASCADE
);
INSERT INTO "dataset" VALUES(1,'352aee15acc54148','gold','gold','gold',1,6,1.79586177900377941133e+09,'{"file":"gold.jsonl"}');
INSERT INTO "dataset" VALUES(2,'352aee15acc54148','simprompt-1','simprompt-1','simprompt',0,6,1.79586177904519772533e+09,'{"content_hash":"f97e08b987eac9f367e6927905dff56ad9f9ab2f8446bdf1a1d5c187fdfa5f60","wanted":8}');
INSERT INTO "dataset" VALUES(3,'352aee15acc54148','attrprompt-1','attrprompt-1','attrprompt',0,6,1.79586177917499899866e+09,'{"content_hash":"f97e08b987eac9f367e6927905dff56ad9f9ab2f8446bdf1a1d5c187fdfa5f60","wanted":8}');
CREATE TABLE decision (
	id INTEGER NOT NULL, 
	project_id VARCHAR(32) NOT NULL, 
	proposal_id INTEGER NOT NULL, 
	actor VARCHAR(200) NOT NULL, 
	old JSON NOT NULL, 
	new JSON NOT NULL, 
	revision INTEGER, 
	undone BOOLEAN NOT NULL, 
	at FLOAT NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(project_id) REFERENCES project (id) ON DELETE CASCADE, 
	FOREIGN KEY(proposal_id) REFERENCES proposal (id) ON DELETE CASCADE
);
INSERT INTO "decision" VALUES(1,'352aee15acc54148',2,'ana','{"status":"open","reason":"","note":"","decided_by":"","decided_at":null}','{"status":"rejected","reason":"duplicate","note":"there already","decided_by":"ana","decided_at":1795861778.9120142}',NULL,0,1.79586177891201424598e+09);
INSERT INTO "decision" VALUES(2,'352aee15acc54148',1,'ana','{"status":"open","reason":"","note":"","decided_by":"","decided_at":null}','{"status":"accepted","reason":"","note":"","decided_by":"ana","decided_at":1795861778.9520776}',4,0,1.7958617789520776272e+09);
CREATE TABLE facet (
	dataset_id INTEGER NOT NULL, 
	name VARCHAR(220) NOT NULL, 
	value TEXT NOT NULL, 
	item INTEGER NOT NULL, 
	PRIMARY KEY (dataset_id, name, value, item), 
	FOREIGN KEY(dataset_id) REFERENCES dataset (id) ON DELETE CASCADE
);
INSERT INTO "facet" VALUES(1,'label','World',0);
INSERT INTO "facet" VALUES(1,'label','Sports',1);
INSERT INTO "facet" VALUES(1,'label','World',2);
INSERT INTO "facet" VALUES(1,'label','Sports',3);
INSERT INTO "facet" VALUES(1,'label','World',4);
INSERT INTO "facet" VALUES(1,'label','Sports',5);
INSERT INTO "facet" VALUES(2,'label','World',0);
INSERT INTO "facet" VALUES(2,'label','Sports',1);
INSERT INTO "facet" VALUES(2,'label','World',2);
INSERT INTO "facet" VALUES(2,'label','Sports',3);
INSERT INTO "facet" VALUES(2,'flag','truncated',3);
INSERT INTO "facet" VALUES(2,'label','World',4);
INSERT INTO "facet" VALUES(2,'label','Sports',5);
INSERT INTO "facet" VALUES(3,'label','World',0);
INSERT INTO "facet" VALUES(3,'attribute:subtopic','elections',0);
INSERT INTO "facet" VALUES(3,'attribute:style','column',0);
INSERT INTO "facet" VALUES(3,'label','Sports',1);
INSERT INTO "facet" VALUES(3,'attribute:subtopic','elections',1);
INSERT INTO "facet" VALUES(3,'attribute:style','column',1);
INSERT INTO "facet" VALUES(3,'label','World',2);
INSERT INTO "facet" VALUES(3,'attribute:subtopic','elections',2);
INSERT INTO "facet" VALUES(3,'attribute:style','column',2);
INSERT INTO "facet" VALUES(3,'label','Sports',3);
INSERT INTO "facet" VALUES(3,'flag','truncated',3);
INSERT INTO "facet" VALUES(3,'attribute:subtopic','elections',3);
INSERT INTO "facet" VALUES(3,'attribute:style','column',3);
INSERT INTO "facet" VALUES(3,'attribute:subtopic','elections',4);
INSERT INTO "facet" VALUES(3,'attribute:style','column',4);
INSERT INTO "facet" VALUES(3,'label','Sports',5);
INSERT INTO "facet" VALUES(3,'attribute:subtopic','elections',5);
INSERT INTO "facet" VALUES(3,'attribute:style','column',5);
INSERT INTO "facet" VALUES(3,'label','Sports',4);
CREATE TABLE failure (
	dataset_id INTEGER NOT NULL, 
	item INTEGER NOT NULL, 
	reason VARCHAR(24) NOT NULL, 
	message TEXT NOT NULL, 
	attempts INTEGER NOT NULL, 
	at FLOAT NOT NULL, 
	PRIMARY KEY (dataset_id, item), 
	FOREIGN KEY(dataset_id) REFERENCES dataset (id) ON DELETE CASCADE
);
INSERT INTO "failure" VALUES(2,6,'timeout','No answer.',3,1.79586177914043331142e+09);
INSERT INTO "failure" VALUES(3,6,'timeout','No answer.',3,1.79586177921841073034e+09);
CREATE TABLE gold_use (
	project_id VARCHAR(32) NOT NULL, 
	text_hash VARCHAR(64) NOT NULL, 
	run VARCHAR(200) NOT NULL, 
	at FLOAT NOT NULL, 
	PRIMARY KEY (project_id, text_hash, run), 
	FOREIGN KEY(project_id) REFERENCES project (id) ON DELETE CASCADE
);
INSERT INTO "gold_use" VALUES('352aee15acc54148','0000000000000000000000000000000000000000000000000000000000000000','attrprompt-1',1.79586177903744578362e+09);
CREATE TABLE job (
	id VARCHAR(32) NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	input_hash VARCHAR(64) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	progress FLOAT NOT NULL, 
	message TEXT NOT NULL, 
	result_path TEXT NOT NULL, 
	created FLOAT NOT NULL, 
	changed FLOAT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "job" VALUES('job-1','analyze','0000000000000000000000000000000000000000000000000000000000000000','done',1.0,'','job-1.json',1.79586177934420847899e+09,1.79586177935133051867e+09);
CREATE TABLE person (
	token VARCHAR(64) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	seen FLOAT NOT NULL, 
	PRIMARY KEY (token)
);
INSERT INTO "person" VALUES('browser-1','ana',1.79586177883012270924e+09);
CREATE TABLE plan_item (
	dataset_id INTEGER NOT NULL, 
	item INTEGER NOT NULL, 
	labels JSON NOT NULL, 
	attributes JSON NOT NULL, 
	prompt TEXT NOT NULL, 
	messages JSON, 
	seed INTEGER NOT NULL, 
	PRIMARY KEY (dataset_id, item), 
	FOREIGN KEY(dataset_id) REFERENCES dataset (id) ON DELETE CASCADE
);
INSERT INTO "plan_item" VALUES(2,0,'["World"]','{}','Write about World.',NULL,7);
INSERT INTO "plan_item" VALUES(2,1,'["Sports"]','{}','Write about Sports.',NULL,8);
INSERT INTO "plan_item" VALUES(2,2,'["World"]','{}','Write about World.',NULL,9);
INSERT INTO "plan_item" VALUES(2,3,'["Sports"]','{}','Write about Sports.',NULL,10);
INSERT INTO "plan_item" VALUES(2,4,'["World"]','{}','Write about World.',NULL,11);
INSERT INTO "plan_item" VALUES(2,5,'["Sports"]','{}','Write about Sports.',NULL,12);
INSERT INTO "plan_item" VALUES(2,6,'["World"]','{}','Write about World.',NULL,13);
INSERT INTO "plan_item" VALUES(2,7,'["Sports"]','{}','Write about Sports.',NULL,14);
INSERT INTO "plan_item" VALUES(3,0,'["World"]','{"subtopic":"elections","style":"column"}','Write about World.',NULL,7);
INSERT INTO "plan_item" VALUES(3,1,'["Sports"]','{"subtopic":"elections","style":"column"}','Write about Sports.',NULL,8);
INSERT INTO "plan_item" VALUES(3,2,'["World"]','{"subtopic":"elections","style":"column"}','Write about World.',NULL,9);
INSERT INTO "plan_item" VALUES(3,3,'["Sports"]','{"subtopic":"elections","style":"column"}','Write about Sports.',NULL,10);
INSERT INTO "plan_item" VALUES(3,4,'["World"]','{"subtopic":"elections","style":"column"}','Write about World.',NULL,11);
INSERT INTO "plan_item" VALUES(3,5,'["Sports"]','{"subtopic":"elections","style":"column"}','Write about Sports.',NULL,12);
INSERT INTO "plan_item" VALUES(3,6,'["World"]','{"subtopic":"elections","style":"column"}','Write about World.',NULL,13);
INSERT INTO "plan_item" VALUES(3,7,'["Sports"]','{"subtopic":"elections","style":"column"}','Write about Sports.',NULL,14);
CREATE TABLE project (
	id VARCHAR(32) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	folded VARCHAR(200) NOT NULL, 
	owner VARCHAR(200) NOT NULL, 
	head_revision INTEGER NOT NULL, 
	document JSON NOT NULL, 
	content_hash VARCHAR(64) NOT NULL, 
	settings JSON NOT NULL, 
	created FLOAT NOT NULL, 
	changed FLOAT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (folded)
);
INSERT INTO "project" VALUES('352aee15acc54148','Kept news','kept news','ana',4,'{"task":{"domain":"text","text":"text","source":"","description":"","multi_label":false,"examples":[]},"labels":{"63376fabee87":{"name":"World","display":"","description":"","similar":[],"order":0},"3f213892a6b0":{"name":"Sports","display":"","description":"","similar":[],"order":1}},"dimensions":{"17ef7cef4995":{"name":"subtopic","kind":"text","class_dependent":true,"description":"","clause":"about {value}","values":{"1dce8ce726b7":{"text":"elections","description":"","weight":1.0,"labels":["63376fabee87"],"minimum":null,"maximum":null,"country":null,"continent":null,"origin":"","order":0},"4669891a832b":{"text":"treaties","description":"","weight":1.0,"labels":["63376fabee87"],"minimum":null,"maximum":null,"country":null,"continent":null,"origin":"","order":1},"a3bfcdeb1e49":{"text":"football","description":"","weight":1.0,"labels":["3f213892a6b0"],"minimum":null,"maximum":null,"country":null,"continent":null,"origin":"","order":2},"0a59327031cf":{"text":"tennis","description":"","weight":1.0,"labels":["3f213892a6b0"],"minimum":null,"maximum":null,"country":null,"continent":null,"origin":"","order":3},"a30344f90167":{"text":"summits","description":"","weight":1.0,"labels":["63376fabee87"],"minimum":null,"maximum":null,"country":null,"continent":null,"origin":"","order":4}},"origin":"","order":0},"3dd8bdd9fbbf":{"name":"style","kind":"text","class_dependent":false,"description":"","clause":"","values":{"de05c6b3a078":{"text":"interview","description":"","weight":1.0,"labels":[],"minimum":null,"maximum":null,"country":null,"continent":null,"origin":"","order":0},"c95a5774b597":{"text":"column","description":"","weight":1.0,"labels":[],"minimum":null,"maximum":null,"country":null,"continent":null,"origin":"","order":1}},"origin":"","order":1}},"constraints":{"9a2781c34f44":{"labels":[],"values":{"17ef7cef4995":["1dce8ce726b7"],"3dd8bdd9fbbf":["de05c6b3a078"]},"reason":"never met","order":0}},"templates":{}}','f97e08b987eac9f367e6927905dff56ad9f9ab2f8446bdf1a1d5c187fdfa5f60','{"prices":[{"model":"m-1","prompt":1.0,"completion":2.0}]}',1.79586177879427814482e+09,1.79586177894536685941e+09);
CREATE TABLE proposal (
	id INTEGER NOT NULL, 
	project_id VARCHAR(32) NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	dimension_id VARCHAR(32) NOT NULL, 
	label_id VARCHAR(32) NOT NULL, 
	folded TEXT NOT NULL, 
	payload JSON NOT NULL, 
	maker VARCHAR(200) NOT NULL, 
	batch VARCHAR(32) NOT NULL, 
	status VARCHAR(16) NOT NULL, 
	reason VARCHAR(32) NOT NULL, 
	note TEXT NOT NULL, 
	decided_by VARCHAR(200) NOT NULL, 
	decided_at FLOAT, 
	created FLOAT NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(project_id) REFERENCES project (id) ON DELETE CASCADE
);
INSERT INTO "proposal" VALUES(1,'352aee15acc54148','value','17ef7cef4995','63376fabee87','summits','{"text":"summits"}','m-1','3b20bdbf8fac452d','accepted','','','ana',1.7958617789520776272e+09,1.79586177889699840541e+09);
INSERT INTO "proposal" VALUES(2,'352aee15acc54148','value','17ef7cef4995','63376fabee87','elections again','{"text":"elections again"}','m-1','3b20bdbf8fac452d','rejected','duplicate','there already','ana',1.79586177891201424598e+09,1.79586177889699840541e+09);
INSERT INTO "proposal" VALUES(3,'352aee15acc54148','value','17ef7cef4995','3f213892a6b0','rowing','{"text":"rowing"}','m-1','3b20bdbf8fac452d','open','','','',NULL,1.79586177889699840541e+09);
INSERT INTO "proposal" VALUES(4,'352aee15acc54148','value','17ef7cef4995','3f213892a6b0','chess','{"text":"chess"}','m-1','3b20bdbf8fac452d','open','','','',NULL,1.79586177889699840541e+09);
CREATE TABLE reply (
	id INTEGER NOT NULL, 
	project_id VARCHAR(32) NOT NULL, 
	purpose VARCHAR(64) NOT NULL, 
	prompt TEXT NOT NULL, 
	raw TEXT NOT NULL, 
	problem TEXT NOT NULL, 
	model VARCHAR(200) NOT NULL, 
	prompt_tokens INTEGER NOT NULL, 
	completion_tokens INTEGER NOT NULL, 
	at FLOAT NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(project_id) REFERENCES project (id) ON DELETE CASCADE
);
INSERT INTO "reply" VALUES(1,'352aee15acc54148','values','List subtopics.','1. summits','','m-1',12,5,1.79586177898729896541e+09);
CREATE TABLE review_event (
	id INTEGER NOT NULL, 
	dataset_id INTEGER NOT NULL, 
	step INTEGER NOT NULL, 
	kind VARCHAR(8) NOT NULL, 
	item INTEGER NOT NULL, 
	field VARCHAR(24) NOT NULL, 
	old JSON, 
	new JSON, 
	actor VARCHAR(200) NOT NULL, 
	target INTEGER, 
	at FLOAT NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(dataset_id) REFERENCES dataset (id) ON DELETE CASCADE
);
INSERT INTO "review_event" VALUES(1,3,1,'edit',0,'status','"new"','"accepted"','ana',NULL,1.79586177925723314285e+09);
INSERT INTO "review_event" VALUES(2,3,1,'edit',1,'status','"new"','"accepted"','ana',NULL,1.79586177925723314285e+09);
INSERT INTO "review_event" VALUES(3,3,2,'edit',2,'status','"new"','"rejected"','ana',NULL,1.7958617792701308727e+09);
INSERT INTO "review_event" VALUES(4,3,2,'edit',2,'note','""','"dull"','ana',NULL,1.7958617792701308727e+09);
INSERT INTO "review_event" VALUES(5,3,3,'edit',4,'text','"attrprompt-1 writes text 4 about World."','"A text that ben mended."','ben',NULL,1.79586177928674411768e+09);
INSERT INTO "review_event" VALUES(6,3,3,'edit',4,'labels','["World"]','["Sports"]','ben',NULL,1.79586177928674411768e+09);
INSERT INTO "review_event" VALUES(7,3,4,'edit',5,'status','"new"','"rejected"','ben',NULL,1.79586177931155252453e+09);
INSERT INTO "review_event" VALUES(8,3,5,'undo',5,'status','"rejected"','"new"','ben',4,1.79586177932929587364e+09);
CREATE TABLE revision (
	project_id VARCHAR(32) NOT NULL, 
	n INTEGER NOT NULL, 
	kind VARCHAR(8) NOT NULL, 
	actor VARCHAR(200) NOT NULL, 
	source VARCHAR(200) NOT NULL, 
	summary TEXT NOT NULL, 
	patch JSON NOT NULL, 
	inverse_patch JSON NOT NULL, 
	target INTEGER, 
	snapshot JSON, 
	at FLOAT NOT NULL, 
	PRIMARY KEY (project_id, n), 
	FOREIGN KEY(project_id) REFERENCES project (id) ON DELETE CASCADE
);
INSERT INTO "revision" VALUES('352aee15acc54148',0,'edit','ana','test','Project created','[]','[]',NULL,'{"task":{"domain":"text","text":"text","source":"","description":"","multi_label":false,"examples":[]},"labels":{"63376fabee87":{"name":"World","display":"","description":"","similar":[],"order":0},"3f213892a6b0":{"name":"Sports","display":"","description":"","similar":[],"order":1}},"dimensions":{},"constraints":{},"templates":{}}',1.795861778806933403e+09);
INSERT INTO "revision" VALUES('352aee15acc54148',1,'edit','ana','by hand','Designed','[{"op":"add","path":"/constraints/9a2781c34f44","value":{"labels":[],"values":{"17ef7cef4995":["1dce8ce726b7"],"3dd8bdd9fbbf":["de05c6b3a078"]},"reason":"never met","order":0}},{"op":"add","path":"/dimensions/17ef7cef4995","value":{"name":"subtopic","kind":"text","class_dependent":true,"description":"","clause":"about {value}","values":{"1dce8ce726b7":{"text":"elections","description":"","weight":1.0,"labels":["63376fabee87"],"minimum":null,"maximum":null,"country":null,"continent":null,"origin":"","order":0},"4669891a832b":{"text":"treaties","description":"","weight":1.0,"labels":["63376fabee87"],"minimum":null,"maximum":null,"country":null,"continent":null,"origin":"","order":1},"a3bfcdeb1e49":{"text":"football","description":"","weight":1.0,"labels":["3f213892a6b0"],"minimum":null,"maximum":null,"country":null,"continent":null,"origin":"","order":2},"0a59327031cf":{"text":"tennis","description":"","weight":1.0,"labels":["3f213892a6b0"],"minimum":null,"maximum":null,"country":null,"continent":null,"origin":"","order":3}},"origin":"","order":0}},{"op":"add","path":"/dimensions/3dd8bdd9fbbf","value":{"name":"style","kind":"text","class_dependent":false,"description":"","clause":"","values":{"de05c6b3a078":{"text":"interview","description":"","weight":1.0,"labels":[],"minimum":null,"maximum":null,"country":null,"continent":null,"origin":"","order":0},"c95a5774b597":{"text":"column","description":"","weight":1.0,"labels":[],"minimum":null,"maximum":null,"country":null,"continent":null,"origin":"","order":1}},"origin":"","order":1}}]','[{"op":"remove","path":"/constraints/9a2781c34f44"},{"op":"remove","path":"/dimensions/17ef7cef4995"},{"op":"remove","path":"/dimensions/3dd8bdd9fbbf"}]',NULL,NULL,1.79586177885976600648e+09);
INSERT INTO "revision" VALUES('352aee15acc54148',2,'edit','ben','by hand','World is shown as Welt','[{"op":"replace","path":"/labels/63376fabee87/display","value":"Welt"}]','[{"op":"replace","path":"/labels/63376fabee87/display","value":""}]',NULL,NULL,1.79586177887465786931e+09);
INSERT INTO "revision" VALUES('352aee15acc54148',3,'undo','ben','undo','World is shown as Welt','[{"op":"replace","path":"/labels/63376fabee87/display","value":""}]','[{"op":"replace","path":"/labels/63376fabee87/display","value":"Welt"}]',2,NULL,1.79586177889568400379e+09);
INSERT INTO "revision" VALUES('352aee15acc54148',4,'edit','ana','m-1','Accepted 1 proposed: summits','[{"op":"add","path":"/dimensions/17ef7cef4995/values/a30344f90167","value":{"text":"summits","description":"","weight":1.0,"labels":["63376fabee87"],"minimum":null,"maximum":null,"country":null,"continent":null,"origin":"","order":4}}]','[{"op":"remove","path":"/dimensions/17ef7cef4995/values/a30344f90167"}]',NULL,NULL,1.7958617789511125088e+09);
CREATE TABLE ruling (
	project_id VARCHAR(32) NOT NULL, 
	surface VARCHAR(200) NOT NULL, 
	country VARCHAR(8) NOT NULL, 
	continent VARCHAR(32) NOT NULL, 
	actor VARCHAR(200) NOT NULL, 
	at FLOAT NOT NULL, 
	PRIMARY KEY (project_id, surface), 
	FOREIGN KEY(project_id) REFERENCES project (id) ON DELETE CASCADE
);
INSERT INTO "ruling" VALUES('352aee15acc54148','Georgia','GE','Asia','ana',1.79586177933801507946e+09);
CREATE TABLE run (
	dataset_id INTEGER NOT NULL, 
	state VARCHAR(24) NOT NULL, 
	reason TEXT NOT NULL, 
	wanted_state VARCHAR(16) NOT NULL, 
	method VARCHAR(16) NOT NULL, 
	model VARCHAR(200) NOT NULL, 
	endpoint TEXT NOT NULL, 
	api_key_env VARCHAR(200) NOT NULL, 
	parameters JSON NOT NULL, 
	limits JSON NOT NULL, 
	options JSON NOT NULL, 
	document JSON NOT NULL, 
	content_hash VARCHAR(64) NOT NULL, 
	planned INTEGER NOT NULL, 
	completed INTEGER NOT NULL, 
	failed JSON NOT NULL, 
	requests INTEGER NOT NULL, 
	prompt_tokens INTEGER NOT NULL, 
	completion_tokens INTEGER NOT NULL, 
	seconds FLOAT NOT NULL, 
	maybe_billed_twice INTEGER NOT NULL, 
	in_flight INTEGER NOT NULL, 
	owner INTEGER, 
	started FLOAT, 
	finished FLOAT, 
	PRIMARY KEY (dataset_id), 
	FOREIGN KEY(dataset_id) REFERENCES dataset (id) ON DELETE CASCADE
);
INSERT INTO "run" VALUES(2,'stopped','Stopped by ana.','','simprompt','m-1','http://127.0.0.1:1/v1','OPENAI_API_KEY','{"temperature":1.0,"max_tokens":512}','{"concurrency":16}','{"method":"simprompt","per_class":4,"seed":7}','{"task":{"domain":"text","text":"text","source":"","description":"","multi_label":false,"examples":[]},"labels":{"63376fabee87":{"name":"World","display":"","description":"","similar":[],"order":0},"3f213892a6b0":{"name":"Sports","display":"","description":"","similar":[],"order":1}},"dimensions":{"17ef7cef4995":{"name":"subtopic","kind":"text","class_dependent":true,"description":"","clause":"about {value}","values":{"1dce8ce726b7":{"text":"elections","description":"","weight":1.0,"labels":["63376fabee87"],"minimum":null,"maximum":null,"country":null,"continent":null,"origin":"","order":0},"4669891a832b":{"text":"treaties","description":"","weight":1.0,"labels":["63376fabee87"],"minimum":null,"maximum":null,"country":null,"continent":null,"origin":"","order":1},"a3bfcdeb1e49":{"text":"football","description":"","weight":1.0,"labels":["3f213892a6b0"],"minimum":null,"maximum":null,"country":null,"continent":null,"origin":"","order":2},"0a59327031cf":{"text":"tennis","description":"","weight":1.0,"labels":["3f213892a6b0"],"minimum":null,"maximum":null,"country":null,"continent":null,"origin":"","order":3},"a30344f90167":{"text":"summits","description":"","weight":1.0,"labels":["63376fabee87"],"minimum":null,"maximum":null,"country":null,"continent":null,"origin":"","order":4}},"origin":"","order":0},"3dd8bdd9fbbf":{"name":"style","kind":"text","class_dependent":false,"description":"","clause":"","values":{"de05c6b3a078":{"text":"interview","description":"","weight":1.0,"labels":[],"minimum":null,"maximum":null,"country":null,"continent":null,"origin":"","order":0},"c95a5774b597":{"text":"column","description":"","weight":1.0,"labels":[],"minimum":null,"maximum":null,"country":null,"continent":null,"origin":"","order":1}},"origin":"","order":1}},"constraints":{"9a2781c34f44":{"labels":[],"values":{"17ef7cef4995":["1dce8ce726b7"],"3dd8bdd9fbbf":["de05c6b3a078"]},"reason":"never met","order":0}},"templates":{}}','f97e08b987eac9f367e6927905dff56ad9f9ab2f8446bdf1a1d5c187fdfa5f60',8,6,'{"timeout":1}',8,60,120,3.5,1,0,NULL,1.79586177912471199038e+09,1.79586177915770888327e+09);
INSERT INTO "run" VALUES(3,'stopped','Stopped by ana.','','attrprompt','m-1','http://127.0.0.1:1/v1','OPENAI_API_KEY','{"temperature":1.0,"max_tokens":512}','{"concurrency":16}','{"method":"attrprompt","per_class":4,"seed":7}','{"task":{"domain":"text","text":"text","source":"","description":"","multi_label":false,"examples":[]},"labels":{"63376fabee87":{"name":"World","display":"","description":"","similar":[],"order":0},"3f213892a6b0":{"name":"Sports","display":"","description":"","similar":[],"order":1}},"dimensions":{"17ef7cef4995":{"name":"subtopic","kind":"text","class_dependent":true,"description":"","clause":"about {value}","values":{"1dce8ce726b7":{"text":"elections","description":"","weight":1.0,"labels":["63376fabee87"],"minimum":null,"maximum":null,"country":null,"continent":null,"origin":"","order":0},"4669891a832b":{"text":"treaties","description":"","weight":1.0,"labels":["63376fabee87"],"minimum":null,"maximum":null,"country":null,"continent":null,"origin":"","order":1},"a3bfcdeb1e49":{"text":"football","description":"","weight":1.0,"labels":["3f213892a6b0"],"minimum":null,"maximum":null,"country":null,"continent":null,"origin":"","order":2},"0a59327031cf":{"text":"tennis","description":"","weight":1.0,"labels":["3f213892a6b0"],"minimum":null,"maximum":null,"country":null,"continent":null,"origin":"","order":3},"a30344f90167":{"text":"summits","description":"","weight":1.0,"labels":["63376fabee87"],"minimum":null,"maximum":null,"country":null,"continent":null,"origin":"","order":4}},"origin":"","order":0},"3dd8bdd9fbbf":{"name":"style","kind":"text","class_dependent":false,"description":"","clause":"","values":{"de05c6b3a078":{"text":"interview","description":"","weight":1.0,"labels":[],"minimum":null,"maximum":null,"country":null,"continent":null,"origin":"","order":0},"c95a5774b597":{"text":"column","description":"","weight":1.0,"labels":[],"minimum":null,"maximum":null,"country":null,"continent":null,"origin":"","order":1}},"origin":"","order":1}},"constraints":{"9a2781c34f44":{"labels":[],"values":{"17ef7cef4995":["1dce8ce726b7"],"3dd8bdd9fbbf":["de05c6b3a078"]},"reason":"never met","order":0}},"templates":{}}','f97e08b987eac9f367e6927905dff56ad9f9ab2f8446bdf1a1d5c187fdfa5f60',8,6,'{"timeout":1}',8,60,120,3.5,1,0,NULL,1.79586177920434260368e+09,1.79586177922806882857e+09);
CREATE TABLE sample (
	id INTEGER NOT NULL, 
	dataset_id INTEGER NOT NULL, 
	item INTEGER NOT NULL, 
	text TEXT NOT NULL, 
	raw TEXT NOT NULL, 
	folded TEXT NOT NULL, 
	labels JSON NOT NULL, 
	asked_labels JSON NOT NULL, 
	attributes JSON NOT NULL, 
	prompt TEXT NOT NULL, 
	messages JSON, 
	model VARCHAR(200) NOT NULL, 
	parameters JSON, 
	prompt_tokens INTEGER NOT NULL, 
	completion_tokens INTEGER NOT NULL, 
	request_id VARCHAR(200) NOT NULL, 
	created FLOAT NOT NULL, 
	status VARCHAR(16) NOT NULL, 
	flags JSON NOT NULL, 
	edited BOOLEAN NOT NULL, 
	note TEXT NOT NULL, 
	reviewed_by VARCHAR(200) NOT NULL, 
	reviewed_at FLOAT, 
	revision INTEGER NOT NULL, 
	extra JSON, 
	PRIMARY KEY (id), 
	UNIQUE (dataset_id, item), 
	FOREIGN KEY(dataset_id) REFERENCES dataset (id) ON DELETE CASCADE
);
INSERT INTO "sample" VALUES(1,1,0,'Report 0 of World: naïve café 東京','','report 0 of world: naïve café 東京','["World"]','["World"]','{}','',NULL,'',NULL,0,0,'',1.79586177900601029391e+09,'new','[]',0,'','',NULL,0,'{"url":"n/0"}');
INSERT INTO "sample" VALUES(2,1,1,'Report 1 of Sports: naïve café 東京','','report 1 of sports: naïve café 東京','["Sports"]','["Sports"]','{}','',NULL,'',NULL,0,0,'',1.79586177900601029391e+09,'new','[]',0,'','',NULL,0,'{"url":"n/1"}');
INSERT INTO "sample" VALUES(3,1,2,'Report 2 of World: naïve café 東京','','report 2 of world: naïve café 東京','["World"]','["World"]','{}','',NULL,'',NULL,0,0,'',1.79586177900601029391e+09,'new','[]',0,'','',NULL,0,'{"url":"n/2"}');
INSERT INTO "sample" VALUES(4,1,3,'Report 3 of Sports: naïve café 東京','','report 3 of sports: naïve café 東京','["Sports"]','["Sports"]','{}','',NULL,'',NULL,0,0,'',1.79586177900601029391e+09,'new','[]',0,'','',NULL,0,'{"url":"n/3"}');
INSERT INTO "sample" VALUES(5,1,4,'Report 4 of World: naïve café 東京','','report 4 of world: naïve café 東京','["World"]','["World"]','{}','',NULL,'',NULL,0,0,'',1.79586177900601029391e+09,'new','[]',0,'','',NULL,0,'{"url":"n/4"}');
INSERT INTO "sample" VALUES(6,1,5,'Report 5 of Sports: naïve café 東京','','report 5 of sports: naïve café 東京','["Sports"]','["Sports"]','{}','',NULL,'',NULL,0,0,'',1.79586177900601029391e+09,'new','[]',0,'','',NULL,0,'{"url":"n/5"}');
INSERT INTO "sample" VALUES(7,2,0,'simprompt-1 writes text 0 about World.','simprompt-1 writes text 0 about World.
','simprompt-1 writes text 0 about world.','["World"]','["World"]','{}','Write about World.',NULL,'m-1','{"temperature":1.0}',10,20,'request-0',1.79586177913859915732e+09,'new','[]',0,'','',NULL,0,NULL);
INSERT INTO "sample" VALUES(8,2,1,'simprompt-1 writes text 1 about Sports.','simprompt-1 writes text 1 about Sports.
','simprompt-1 writes text 1 about sports.','["Sports"]','["Sports"]','{}','Write about Sports.',NULL,'m-1','{"temperature":1.0}',10,20,'request-1',1.79586177913859915732e+09,'new','[]',0,'','',NULL,0,NULL);
INSERT INTO "sample" VALUES(9,2,2,'simprompt-1 writes text 2 about World.','simprompt-1 writes text 2 about World.
','simprompt-1 writes text 2 about world.','["World"]','["World"]','{}','Write about World.',NULL,'m-1','{"temperature":1.0}',10,20,'request-2',1.79586177913859915732e+09,'new','[]',0,'','',NULL,0,NULL);
INSERT INTO "sample" VALUES(10,2,3,'simprompt-1 writes text 3 about Sports.','simprompt-1 writes text 3 about Sports.
','simprompt-1 writes text 3 about sports.','["Sports"]','["Sports"]','{}','Write about Sports.',NULL,'m-1','{"temperature":1.0}',10,20,'request-3',1.79586177913859915732e+09,'new','["truncated"]',0,'','',NULL,0,NULL);
INSERT INTO "sample" VALUES(11,2,4,'simprompt-1 writes text 4 about World.','simprompt-1 writes text 4 about World.
','simprompt-1 writes text 4 about world.','["World"]','["World"]','{}','Write about World.',NULL,'m-1','{"temperature":1.0}',10,20,'request-4',1.79586177913859915732e+09,'new','[]',0,'','',NULL,0,NULL);
INSERT INTO "sample" VALUES(12,2,5,'simprompt-1 writes text 5 about Sports.','simprompt-1 writes text 5 about Sports.
','simprompt-1 writes text 5 about sports.','["Sports"]','["Sports"]','{}','Write about Sports.',NULL,'m-1','{"temperature":1.0}',10,20,'request-5',1.79586177913859915732e+09,'new','[]',0,'','',NULL,0,NULL);
INSERT INTO "sample" VALUES(13,3,0,'attrprompt-1 writes text 0 about World.','attrprompt-1 writes text 0 about World.
','attrprompt-1 writes text 0 about world.','["World"]','["World"]','{"subtopic":"elections","style":"column"}','Write about World.',NULL,'m-1','{"temperature":1.0}',10,20,'request-0',1.79586177921235609061e+09,'accepted','[]',0,'','ana',1.79586177925723314285e+09,1,NULL);
INSERT INTO "sample" VALUES(14,3,1,'attrprompt-1 writes text 1 about Sports.','attrprompt-1 writes text 1 about Sports.
','attrprompt-1 writes text 1 about sports.','["Sports"]','["Sports"]','{"subtopic":"elections","style":"column"}','Write about Sports.',NULL,'m-1','{"temperature":1.0}',10,20,'request-1',1.79586177921235609061e+09,'accepted','[]',0,'','ana',1.79586177925723314285e+09,1,NULL);
INSERT INTO "sample" VALUES(15,3,2,'attrprompt-1 writes text 2 about World.','attrprompt-1 writes text 2 about World.
','attrprompt-1 writes text 2 about world.','["World"]','["World"]','{"subtopic":"elections","style":"column"}','Write about World.',NULL,'m-1','{"temperature":1.0}',10,20,'request-2',1.79586177921235609061e+09,'rejected','[]',0,'dull','ana',1.7958617792701308727e+09,1,NULL);
INSERT INTO "sample" VALUES(16,3,3,'attrprompt-1 writes text 3 about Sports.','attrprompt-1 writes text 3 about Sports.
','attrprompt-1 writes text 3 about sports.','["Sports"]','["Sports"]','{"subtopic":"elections","style":"column"}','Write about Sports.',NULL,'m-1','{"temperature":1.0}',10,20,'request-3',1.79586177921235609061e+09,'new','["truncated"]',0,'','',NULL,0,NULL);
INSERT INTO "sample" VALUES(17,3,4,'A text that ben mended.','attrprompt-1 writes text 4 about World.
','a text that ben mended.','["Sports"]','["World"]','{"subtopic":"elections","style":"column"}','Write about World.',NULL,'m-1','{"temperature":1.0}',10,20,'request-4',1.79586177921235609061e+09,'new','[]',1,'','ben',1.79586177928674411768e+09,1,NULL);
INSERT INTO "sample" VALUES(18,3,5,'attrprompt-1 writes text 5 about Sports.','attrprompt-1 writes text 5 about Sports.
','attrprompt-1 writes text 5 about sports.','["Sports"]','["Sports"]','{"subtopic":"elections","style":"column"}','Write about Sports.',NULL,'m-1','{"temperature":1.0}',10,20,'request-5',1.79586177921235609061e+09,'new','[]',0,'','ben',1.79586177932929587364e+09,2,NULL);
CREATE TABLE schema_version (
	version INTEGER NOT NULL, 
	PRIMARY KEY (version)
);
INSERT INTO "schema_version" VALUES(1);
INSERT INTO "schema_version" VALUES(2);
INSERT INTO "schema_version" VALUES(3);
INSERT INTO "schema_version" VALUES(4);
CREATE TABLE setting (
	"key" VARCHAR(200) NOT NULL, 
	value JSON, 
	PRIMARY KEY ("key")
);
INSERT INTO "setting" VALUES('embedded_file','null');
CREATE TABLE vote (
	proposal_id INTEGER NOT NULL, 
	actor VARCHAR(200) NOT NULL, 
	project_id VARCHAR(32) NOT NULL, 
	verdict VARCHAR(16) NOT NULL, 
	reason VARCHAR(32) NOT NULL, 
	finished BOOLEAN NOT NULL, 
	at FLOAT NOT NULL, 
	PRIMARY KEY (proposal_id, actor), 
	FOREIGN KEY(proposal_id) REFERENCES proposal (id) ON DELETE CASCADE, 
	FOREIGN KEY(project_id) REFERENCES project (id) ON DELETE CASCADE
);
INSERT INTO "vote" VALUES(3,'ana','352aee15acc54148','accept','',1,1.79586177896211934088e+09);
INSERT INTO "vote" VALUES(3,'ben','352aee15acc54148','reject','',1,1.79586177897233247751e+09);
CREATE TABLE waiting_item (
	dataset_id INTEGER NOT NULL, 
	item INTEGER NOT NULL, 
	batch_id INTEGER NOT NULL, 
	PRIMARY KEY (dataset_id, item), 
	FOREIGN KEY(dataset_id) REFERENCES dataset (id) ON DELETE CASCADE, 
	FOREIGN KEY(batch_id) REFERENCES batch (id) ON DELETE CASCADE
);
INSERT INTO "waiting_item" VALUES(3,7,1);
CREATE TABLE zero_shot_answer (
	project_id VARCHAR(32) NOT NULL, 
	"key" VARCHAR(64) NOT NULL, 
	model VARCHAR(200) NOT NULL, 
	raw TEXT NOT NULL, 
	problem TEXT NOT NULL, 
	prompt_tokens INTEGER NOT NULL, 
	completion_tokens INTEGER NOT NULL, 
	at FLOAT NOT NULL, 
	PRIMARY KEY (project_id, "key"), 
	FOREIGN KEY(project_id) REFERENCES project (id) ON DELETE CASCADE
);
INSERT INTO "zero_shot_answer" VALUES('352aee15acc54148','key-1','m-1','Sports','',30,2,1.79586177935305762293e+09);
CREATE INDEX job_by_input ON job (input_hash);
CREATE INDEX proposal_by_cell ON proposal (project_id, kind, dimension_id, label_id, status);
CREATE INDEX decision_by_person ON decision (project_id, actor, id);
CREATE INDEX batch_by_run ON batch (dataset_id);
CREATE INDEX sample_by_status ON sample (dataset_id, status, item);
CREATE INDEX review_event_by_person ON review_event (dataset_id, actor, step);
CREATE INDEX waiting_item_by_batch ON waiting_item (batch_id);
COMMIT;
