"""The cluster files of recipes/, against the schemas of those who read them."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

RECIPES = Path(__file__).parents[2] / "recipes"


def read(name: str) -> Any:
    return json.loads(json.dumps(YAML(typ="safe").load(RECIPES / name)))


def closed(schema: Any) -> Any:
    """The schema, with an error for every key that it does not name."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: closed(value) for key, value in schema.items()}
    return {**found, "additionalProperties": False} if "properties" in found else found


class TestRayJob:
    """KubeRay's: rayjob.schema.json says where it is from."""

    def problems(self, manifest: Any) -> list[str]:
        text = (Path(__file__).parent / "rayjob.schema.json").read_text()
        schema = closed(json.loads(text))
        schema["properties"]["metadata"] = True  # Kubernetes checks it, not the CRD
        return [
            error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(manifest)
        ]

    def test_the_manifest_is_one(self) -> None:
        assert self.problems(read("rayjob.yaml")) == []

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"entrypont": "orch run x"}, "'entrypont' was unexpected"),
            ({"backoffLimit": "three"}, "'three' is not of type 'integer'"),
            (
                {"rayClusterSpec": {"workerGroupSpecs": []}},
                "'headGroupSpec' is a required property",
            ),
        ],
    )
    def test_mistakes_are_found(self, wrong: dict[str, Any], said: str) -> None:
        manifest = read("rayjob.yaml")
        manifest["spec"] |= wrong
        (problem,) = self.problems(manifest)
        assert said in problem

    def test_of_every_group_a_node_is_there_when_a_study_starts(self) -> None:
        """A request that no node has room for is refused, whatever an autoscaler could start."""
        cluster = read("rayjob.yaml")["spec"]["rayClusterSpec"]
        groups = cluster["workerGroupSpecs"]
        assert all(group["minReplicas"] >= 1 for group in groups)
        grows = any(group["maxReplicas"] > group["minReplicas"] for group in groups)
        assert not grows or cluster["enableInTreeAutoscaling"]

    def test_ray_is_the_one_that_is_installed(self) -> None:
        from ray import __version__

        assert read("rayjob.yaml")["spec"]["rayClusterSpec"]["rayVersion"] == __version__


@pytest.mark.ray
def test_ray_up_takes_the_virtual_machines() -> None:
    from ray.autoscaler._private.util import prepare_config, validate_config

    validate_config(prepare_config(read("vms.yaml")))
    with pytest.raises(jsonschema.ValidationError, match="'max_wokers' was unexpected"):
        validate_config(prepare_config({**read("vms.yaml"), "max_wokers": 3}))
