"""IAM on PostgreSQL: two servers with one database and one credentials.json."""

from __future__ import annotations

import shutil

import boto3
import botocore.config
import botocore.exceptions
import pytest

from bedplate_server import Deadline
from postgres_cluster import PostgresCluster, postgres_programs

NOTICED_SECONDS_MAX = 30
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


def who(server, keys: dict) -> str | None:
    """Whose keys these are to a server; None when it does not know them."""
    client = boto3.session.Session().client(
        "sts",
        config=botocore.config.Config(region_name="us-east-1", retries={"total_max_attempts": 1}),
        endpoint_url=server.url,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys.get("SessionToken"),
    )
    try:
        return client.get_caller_identity()["Arn"]
    except botocore.exceptions.ClientError as error:
        assert error.response["Error"]["Code"] == "InvalidClientTokenId"
        return None


def wait_until(what: str, holds) -> None:
    deadline = Deadline(NOTICED_SECONDS_MAX, what)
    while deadline.open():
        if holds():
            return


def test_two_servers_share_their_users(start_server, client_to, tmp_path):
    if postgres_programs() is None:
        pytest.skip("PostgreSQL is not installed")
    with PostgresCluster() as cluster:
        config = f'storage.url = "{cluster.url}"\n'
        one = start_server(config)
        second = tmp_path / "second"
        (second / "data").mkdir(parents=True, mode=0o700)
        shutil.copy2(one.data_dir / "credentials.json", second / "data" / "credentials.json")
        two = start_server(config, directory=second)
        first_iam, second_iam = client_to(one, "iam"), client_to(two, "iam")
        first_iam.create_user(UserName="ann")
        first_iam.attach_user_policy(UserName="ann", PolicyArn=ADMINISTRATOR)
        keys = first_iam.create_access_key(UserName="ann")["AccessKey"]
        assert who(one, keys).endswith(":user/ann")
        wait_until("the other server knows a new user", lambda: who(two, keys) is not None)
        second_iam.update_access_key(
            UserName="ann", AccessKeyId=keys["AccessKeyId"], Status="Inactive"
        )
        assert who(two, keys) is None
        wait_until("the first server knows a key that was made inactive",
                   lambda: who(one, keys) is None)
        # Both change one user: nobody's change is lost.
        first_iam.tag_user(UserName="ann", Tags=[{"Key": "one", "Value": "1"}])
        second_iam.tag_user(UserName="ann", Tags=[{"Key": "two", "Value": "2"}])
        tags = second_iam.list_user_tags(UserName="ann")["Tags"]
        assert [tag["Key"] for tag in tags] == ["one", "two"]
        one.stop()
        two.stop()
