"""Objects in a folder and on a real S3 server."""

from orchestrator.addresses import below
from orchestrator.paths import Location, ResultsPaths
from orchestrator.store.remote.object_io import get, inside, listing, put, remove, stat
from tests.object_storage import ObjectStorage


def test_an_object_comes_back_until_it_is_removed(place: Location) -> None:
    one = inside(place, "deep/inside/one")
    assert get(one) is None
    assert stat(one) is None
    assert put(one, b"first").size == 5
    put(one, b"second!")
    assert get(one) == b"second!"
    assert {name: found.size for name, found in listing(place).items()} == {"deep/inside/one": 7}
    remove(one)
    remove(one)
    assert get(one) is None
    assert listing(place) == {}


def test_a_part_is_put_by_a_single_request_and_listed_by_one(
    object_storage: ObjectStorage, paths: ResultsPaths
) -> None:
    object_storage.requests.clear()
    put(below(str(paths.uri), "store/metrics/x.parquet"), b"x" * 1_000_000)
    assert [each.split()[0] for each in object_storage.requests] == ["PUT", "HEAD"]
    object_storage.requests.clear()
    assert len(listing(str(paths.uri))) == 9
    assert len(object_storage.requests) == 1
