"""The official Python client of OpenLineage, as it is published: writes run events with its file transport, and judges those of a file.

usage: published_openlineage.py write FILE | write-folder PREFIX | check FILE

`check` builds the client's own classes from each event, which checks what those check, and holds it against a JSON schema that is made of those classes: they are generated
from the published schema, and have its names, types and what is required. It prints how many events it has seen.
"""

import json
import sys
import typing
from datetime import datetime
from enum import Enum
from urllib.parse import urlparse

import attr
import jsonschema
from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import error_message_run, nominal_time_run, parent_run, schema_dataset, sql_job
from openlineage.client.generated import base
from openlineage.client.transport.file import FileConfig, FileTransport

PRODUCER = "https://example.com/producer"


def run_id(number):
    return f"0197fff0-0000-7000-8000-{number:012}"


def event(state, number, time, facets=None, job="dag.load", inputs=(), outputs=(), job_facets=None):
    return RunEvent(
        eventType=state, eventTime=f"2026-11-01T{time}Z", run=Run(runId=run_id(number), facets=facets or {}),
        job=Job(namespace="airflow", name=job, facets=job_facets or {}), inputs=list(inputs), outputs=list(outputs), producer=PRODUCER,
    )


def events():
    nominal = nominal_time_run.NominalTimeRunFacet(nominalStartTime="2026-11-01T00:00:00+02:00", nominalEndTime="2026-11-02T00:00:00+02:00")
    parent = parent_run.ParentRunFacet(run=parent_run.Run(runId=run_id(1)), job=parent_run.Job(namespace="airflow", name="dag"))
    error = error_message_run.ErrorMessageRunFacet(message="boom", programmingLanguage="PYTHON", stackTrace="Traceback ...")
    fields = [schema_dataset.SchemaDatasetFacetFields(name="id", type="int")]
    orders = InputDataset(namespace="postgres://shop", name="orders", facets={"schema": schema_dataset.SchemaDatasetFacet(fields=fields)})
    totals = OutputDataset(namespace="postgres://shop", name="totals")
    sql = {"sql": sql_job.SQLJobFacet(query="INSERT INTO totals SELECT ...")}
    # A parent that succeeds, and its children: one that does, too, with its events in disorder and twice; one that fails; one that is stopped.
    yield event(RunState.START, 1, "08:00:00", {"nominalTime": nominal}, job="dag")
    yield event(RunState.COMPLETE, 2, "08:10:00", {"nominalTime": nominal, "parent": parent}, outputs=[totals], job_facets=sql)
    yield event(RunState.RUNNING, 2, "08:05:00", inputs=[orders])
    yield event(RunState.START, 2, "08:01:00.123456", {"nominalTime": nominal, "parent": parent})
    yield event(RunState.START, 2, "08:01:00.123456", {"nominalTime": nominal, "parent": parent})
    yield event(RunState.START, 3, "08:02:00", {"nominalTime": nominal, "parent": parent}, job="dag.fail")
    yield event(RunState.FAIL, 3, "08:03:00", {"errorMessage": error}, job="dag.fail")
    yield event(RunState.START, 4, "08:02:00", {"nominalTime": nominal}, job="dag.stop")
    yield event(RunState.ABORT, 4, "08:04:00", {"nominalTime": nominal}, job="dag.stop")
    yield event(RunState.COMPLETE, 1, "08:20:00", {"nominalTime": nominal}, job="dag")
    # What is missing, and what contradicts.
    yield event(RunState.START, 5, "09:00:00", job="dag.lost")
    yield event(RunState.COMPLETE, 6, "09:00:00", {"nominalTime": nominal}, job="dag.late")
    yield event(RunState.START, 7, "09:00:00", {"nominalTime": nominal}, job="dag.lie")
    yield event(RunState.COMPLETE, 7, "09:01:00", {"errorMessage": error}, job="dag.lie")


def write(path, append):
    transport = FileTransport(FileConfig(log_file_path=path, append=append, debug_mode=not append))
    client = OpenLineageClient(transport=transport)
    for one in events():
        client.emit(one)


FORMATS = {"eventTime": "date-time", "runId": "uuid", "producer": "uri", "_producer": "uri", "schemaURL": "uri", "_schemaURL": "uri"}
FORMATS |= {"nominalStartTime": "date-time", "nominalEndTime": "date-time"}
FACETS = {
    "nominalTime": nominal_time_run.NominalTimeRunFacet, "parent": parent_run.ParentRunFacet, "errorMessage": error_message_run.ErrorMessageRunFacet,
}


CHECKER = jsonschema.FormatChecker()


@CHECKER.checks("date-time", raises=ValueError)
def is_date_time(text):
    return "T" in text and datetime.fromisoformat(text.replace("Z", "+00:00")).tzinfo is not None


@CHECKER.checks("uri")
def is_uri(text):
    return bool(urlparse(text).scheme)


DEFINED = {}


def schema_of(cls):
    """What the client's class says of a JSON object; classes that hold each other refer to each other."""
    name = f"{cls.__module__}.{cls.__name__}"
    if name not in DEFINED:
        DEFINED[name] = schema = {"type": "object", "properties": {}, "required": []}
        hints = typing.get_type_hints(cls)
        for field in attr.fields(cls):
            schema["properties"][field.name] = schema_of_type(hints[field.name], field.name)
            if type(None) not in typing.get_args(hints[field.name]):
                schema["required"].append(field.name)
    return {"$ref": f"#/$defs/{name}"}


def schema_of_type(hint, name):
    of = [part for part in typing.get_args(hint) if part is not type(None)]
    if typing.get_origin(hint) is dict:
        schema = {"type": "object", "additionalProperties": schema_of_type(of[1], "")}
        if of[1] is base.RunFacet:
            schema["properties"] = {key: schema_of(cls) for key, cls in FACETS.items()}
        return schema
    if typing.get_origin(hint) is list:
        return {"type": "array", "items": schema_of_type(of[0], "")}
    if of:
        return schema_of_type(of[0], name)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {"type": "string", "enum": [member.value for member in hint]}
    if hint is str:
        return {"type": "string", **({"format": FORMATS[name]} if name in FORMATS else {})}
    if hint is bool:
        return {"type": "boolean"}
    return schema_of(hint)


def check(path):
    schema = schema_of(base.RunEvent) | {"$defs": DEFINED}
    validator = jsonschema.Draft202012Validator(schema, format_checker=CHECKER)
    # It must be able to say no: a word, a form, and what is missing.
    wrong = {"eventType": "BEGIN", "eventTime": "2026-11-01", "run": {"runId": "x", "facets": {"errorMessage": {"message": 1}}}}
    assert len(list(validator.iter_errors(wrong))) >= 6, list(validator.iter_errors(wrong))
    states = []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            document = json.loads(line)
            validator.validate(document)
            run, job = document["run"], document["job"]
            built = RunEvent(
                eventType=RunState(document["eventType"]), eventTime=document["eventTime"], producer=document["producer"],
                run=Run(runId=run["runId"], facets={}), job=Job(namespace=job["namespace"], name=job["name"], facets={}),
            )
            assert document["schemaURL"] == built.schemaURL, document["schemaURL"]
            for name, cls in FACETS.items():
                facet = run["facets"].get(name)
                if facet is None:
                    continue
                fields = {key: value for key, value in facet.items() if not key.startswith("_")}
                if name == "parent":
                    fields = {"run": parent_run.Run(**fields["run"]), "job": parent_run.Job(**fields["job"])}
                assert facet["_schemaURL"] == cls(**fields)._schemaURL, facet["_schemaURL"]
            states.append(document["eventType"])
    print(json.dumps(states))


def main(task, path):
    if task == "write":
        write(path, append=True)
    elif task == "write-folder":
        write(path, append=False)
    elif task == "check":
        check(path)
    else:
        sys.exit(__doc__)


main(*sys.argv[1:])
