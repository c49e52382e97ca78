"""Rules of S3, DynamoDB and KMS."""

from __future__ import annotations

from typing import Any

from .support import ACCOUNT, EmulatorTest, document, holds

BUCKET = "data"
OURS = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}


def statement(principal: Any = None, resource: str = f"arn:aws:s3:::{BUCKET}/*") -> dict:
    """A statement of a bucket policy."""
    return {
        "Effect": "Allow",
        "Principal": principal or OURS,
        "Action": "s3:GetObject",
        "Resource": resource,
    }


class Buckets(EmulatorTest):
    """S3."""

    def setUp(self) -> None:
        """Make a bucket."""
        super().setUp()
        self.s3 = self.client("s3")
        self.s3.create_bucket(Bucket=BUCKET)

    @holds("new_bucket_defaults")
    def test_new_buckets_are_closed_and_encrypted(self) -> None:
        encryption = self.s3.get_bucket_encryption(Bucket=BUCKET)
        rule = encryption["ServerSideEncryptionConfiguration"]["Rules"][0]
        self.assertEqual(rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"], "AES256")
        block = self.s3.get_public_access_block(Bucket=BUCKET)
        self.assertTrue(all(block["PublicAccessBlockConfiguration"].values()))
        owner = self.s3.get_bucket_ownership_controls(Bucket=BUCKET)
        self.assertEqual(
            owner["OwnershipControls"]["Rules"], [{"ObjectOwnership": "BucketOwnerEnforced"}]
        )

    @holds("bucket_policy_grammar")
    def test_bucket_policies_are_well_formed(self) -> None:
        put = self.s3.put_bucket_policy
        without = {key: value for key, value in statement().items() if key != "Principal"}
        for wrong in (without, statement(resource="arn:aws:s3:::other/*")):
            with self.subTest(wrong):
                self.refused("MalformedPolicy", put, Bucket=BUCKET, Policy=document(wrong))
        put(Bucket=BUCKET, Policy=document(statement()))

    @holds("public_policies_blocked")
    def test_public_policies_are_blocked(self) -> None:
        policy = document(statement(principal="*"))
        put = self.s3.put_bucket_policy
        self.refused("AccessDenied", put, Bucket=BUCKET, Policy=policy)
        self.s3.delete_public_access_block(Bucket=BUCKET)
        put(Bucket=BUCKET, Policy=policy)

    @holds("bucket_policies_do_not_judge")
    def test_a_tls_only_policy_does_not_end_all_calls(self) -> None:
        tls = {
            **statement(principal="*"),
            "Effect": "Deny",
            "Action": "s3:*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
        self.s3.put_object(Bucket=BUCKET, Key="k", Body=b"")
        self.s3.put_bucket_policy(Bucket=BUCKET, Policy=document(tls))
        self.s3.get_object(Bucket=BUCKET, Key="k")

    @holds("delete_batch_size")
    def test_a_thousand_keys_a_call(self) -> None:
        keys = [{"Key": str(n)} for n in range(1001)]
        delete = self.s3.delete_objects
        self.refused("MalformedXML", delete, Bucket=BUCKET, Delete={"Objects": keys})
        delete(Bucket=BUCKET, Delete={"Objects": keys[:1000]})


class Tables(EmulatorTest):
    """DynamoDB."""

    def setUp(self) -> None:
        """Make a table."""
        super().setUp()
        self.dynamodb = self.client("dynamodb")
        self.created = self.table("things")
        self.status("things")
        self.status("things")

    def table(self, name: str) -> str:
        """Make a table; its status."""
        made = self.dynamodb.create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        return made["TableDescription"]["TableStatus"]

    def status(self, name: str) -> str:
        """One look."""
        return self.dynamodb.describe_table(TableName=name)["Table"]["TableStatus"]

    def put(self, key: str) -> dict[str, Any]:
        """A part of a transaction."""
        return {"Put": {"TableName": "things", "Item": {"id": {"S": key}}}}

    @holds("creating", "described", "no_data_while_creating", "deleted")
    def test_tables_take_time(self) -> None:
        self.assertEqual(self.table("slow"), "CREATING")
        key = {"TableName": "slow", "Key": {"id": {"S": "a"}}}
        self.refused("ResourceNotFoundException", self.dynamodb.get_item, **key)
        self.assertEqual([self.status("slow") for _ in range(2)], ["CREATING", "ACTIVE"])
        self.dynamodb.get_item(**key)

    @holds("batch_sizes")
    def test_batches(self) -> None:
        writes = [{"PutRequest": {"Item": {"id": {"S": str(n)}}}} for n in range(26)]
        write = self.dynamodb.batch_write_item
        self.refused("ValidationException", write, RequestItems={"things": writes})
        write(RequestItems={"things": writes[:25]})
        self.refused("ValidationException", write, RequestItems={})
        keys = [{"id": {"S": str(n)}} for n in range(101)]
        get = self.dynamodb.batch_get_item
        self.refused("ValidationException", get, RequestItems={"things": {"Keys": keys}})
        many = [self.put(str(n)) for n in range(101)]
        transact = self.dynamodb.transact_write_items
        self.refused("ValidationException", transact, TransactItems=many)

    @holds("repeated_transaction", "remember_transaction")
    def test_tokens_make_transactions_idempotent(self) -> None:
        transact = self.dynamodb.transact_write_items
        transact(TransactItems=[self.put("a")], ClientRequestToken="t")
        self.dynamodb.delete_item(TableName="things", Key={"id": {"S": "a"}})
        transact(TransactItems=[self.put("a")], ClientRequestToken="t")
        self.assertEqual(self.dynamodb.scan(TableName="things")["Count"], 0)
        self.refused(
            "IdempotentParameterMismatchException",
            transact,
            TransactItems=[self.put("b")],
            ClientRequestToken="t",
        )

    @holds("broken_conditions")
    def test_broken_conditions_are_the_callers_mistake(self) -> None:
        put = self.dynamodb.put_item
        item = {"TableName": "things", "Item": {"id": {"S": "a"}}}
        for condition in ("attribute_exists(", "id =", "AND id", "id IN ()"):
            self.refused("ValidationException", put, **item, ConditionExpression=condition)
        put(**item, ConditionExpression="attribute_not_exists(id)")


class Keys(EmulatorTest):
    """KMS."""

    @holds("key_policy_grammar")
    def test_key_policies_are_well_formed(self) -> None:
        create = self.client("kms").create_key
        code = "MalformedPolicyDocumentException"
        self.refused(code, create, Policy="no json")
        self.refused(code, create, Policy=document({"Effect": "Allow", "Action": "kms:*"}))

    @holds("key_state")
    def test_keys_that_wait_for_deletion_do_no_work(self) -> None:
        kms = self.client("kms")
        key = kms.create_key()["KeyMetadata"]["KeyId"]
        kms.create_alias(AliasName="alias/mine", TargetKeyId=key)
        kms.encrypt(KeyId=key, Plaintext=b"x")
        kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
        for name in (key, "alias/mine"):
            self.refused("KMSInvalidStateException", kms.encrypt, KeyId=name, Plaintext=b"x")
