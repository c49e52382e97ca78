"""Rules of S3, DynamoDB and KMS."""

from __future__ import annotations

from typing import Any

from .support import ACCOUNT, EmulatorTest, document, tests_rules

BUCKET = "data"
OWN_ACCOUNT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}


def statement(principal: Any = None, resource: str = f"arn:aws:s3:::{BUCKET}/*") -> dict:
    """A statement of a bucket policy."""
    return {
        "Effect": "Allow",
        "Principal": principal or OWN_ACCOUNT,
        "Action": "s3:GetObject",
        "Resource": resource,
    }


class Buckets(EmulatorTest):
    """S3 buckets and bucket policies."""

    def setUp(self) -> None:
        """Create a bucket."""
        super().setUp()
        self.s3 = self.client("s3")
        self.s3.create_bucket(Bucket=BUCKET)

    @tests_rules("new_bucket_defaults")
    def test_new_buckets_are_private_and_encrypted(self) -> None:
        encryption = self.s3.get_bucket_encryption(Bucket=BUCKET)
        rule = encryption["ServerSideEncryptionConfiguration"]["Rules"][0]
        self.assertEqual(rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"], "AES256")
        block = self.s3.get_public_access_block(Bucket=BUCKET)
        self.assertTrue(all(block["PublicAccessBlockConfiguration"].values()))
        owner = self.s3.get_bucket_ownership_controls(Bucket=BUCKET)
        self.assertEqual(
            owner["OwnershipControls"]["Rules"], [{"ObjectOwnership": "BucketOwnerEnforced"}]
        )

    @tests_rules("bucket_policy_grammar")
    def test_bucket_policies_follow_grammar(self) -> None:
        put = self.s3.put_bucket_policy
        without = {key: value for key, value in statement().items() if key != "Principal"}
        for invalid in (without, statement(resource="arn:aws:s3:::other/*")):
            with self.subTest(invalid):
                self.assert_error("MalformedPolicy", put, Bucket=BUCKET, Policy=document(invalid))
        put(Bucket=BUCKET, Policy=document(statement()))

    @tests_rules("public_policies_blocked")
    def test_public_policies_are_blocked(self) -> None:
        policy = document(statement(principal="*"))
        put = self.s3.put_bucket_policy
        self.assert_error("AccessDenied", put, Bucket=BUCKET, Policy=policy)
        self.s3.delete_public_access_block(Bucket=BUCKET)
        put(Bucket=BUCKET, Policy=policy)

    @tests_rules("bucket_policies_not_enforced")
    def test_bucket_policies_are_not_enforced(self) -> None:
        tls = {
            **statement(principal="*"),
            "Effect": "Deny",
            "Action": "s3:*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
        self.s3.put_object(Bucket=BUCKET, Key="k", Body=b"")
        self.s3.put_bucket_policy(Bucket=BUCKET, Policy=document(tls))
        self.s3.get_object(Bucket=BUCKET, Key="k")

    @tests_rules("delete_batch_size")
    def test_delete_objects_is_limited_to_1000_keys(self) -> None:
        keys = [{"Key": str(n)} for n in range(1001)]
        delete = self.s3.delete_objects
        self.assert_error("MalformedXML", delete, Bucket=BUCKET, Delete={"Objects": keys})
        delete(Bucket=BUCKET, Delete={"Objects": keys[:1000]})


class Tables(EmulatorTest):
    """DynamoDB tables, batches and transactions."""

    def setUp(self) -> None:
        """Create a table."""
        super().setUp()
        self.dynamodb = self.client("dynamodb")
        self.created = self.table("items")
        self.status("items")
        self.status("items")

    def table(self, name: str) -> str:
        """Create a table; returns its status."""
        created = self.dynamodb.create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        return created["TableDescription"]["TableStatus"]

    def status(self, name: str) -> str:
        """Describe a table; returns its status."""
        return self.dynamodb.describe_table(TableName=name)["Table"]["TableStatus"]

    def put(self, key: str) -> dict[str, Any]:
        """A Put action of a transaction."""
        return {"Put": {"TableName": "items", "Item": {"id": {"S": key}}}}

    @tests_rules(
        "table_creating", "table_becomes_active", "data_calls_need_active_table", "table_deleted"
    )
    def test_new_tables_are_creating(self) -> None:
        self.assertEqual(self.table("slow"), "CREATING")
        key = {"TableName": "slow", "Key": {"id": {"S": "a"}}}
        self.assert_error("ResourceNotFoundException", self.dynamodb.get_item, **key)
        self.assertEqual([self.status("slow") for _ in range(2)], ["CREATING", "ACTIVE"])
        self.dynamodb.get_item(**key)

    @tests_rules("batch_sizes")
    def test_batches_are_limited(self) -> None:
        writes = [{"PutRequest": {"Item": {"id": {"S": str(n)}}}} for n in range(26)]
        write = self.dynamodb.batch_write_item
        self.assert_error("ValidationException", write, RequestItems={"items": writes})
        write(RequestItems={"items": writes[:25]})
        self.assert_error("ValidationException", write, RequestItems={})
        keys = [{"id": {"S": str(n)}} for n in range(101)]
        get = self.dynamodb.batch_get_item
        self.assert_error("ValidationException", get, RequestItems={"items": {"Keys": keys}})
        many = [self.put(str(n)) for n in range(101)]
        transact = self.dynamodb.transact_write_items
        self.assert_error("ValidationException", transact, TransactItems=many)

    @tests_rules("repeated_transaction", "remember_transaction")
    def test_transactions_with_token_are_idempotent(self) -> None:
        transact = self.dynamodb.transact_write_items
        transact(TransactItems=[self.put("a")], ClientRequestToken="t")
        self.dynamodb.delete_item(TableName="items", Key={"id": {"S": "a"}})
        transact(TransactItems=[self.put("a")], ClientRequestToken="t")
        self.assertEqual(self.dynamodb.scan(TableName="items")["Count"], 0)
        self.assert_error(
            "IdempotentParameterMismatchException",
            transact,
            TransactItems=[self.put("b")],
            ClientRequestToken="t",
        )

    @tests_rules("malformed_conditions")
    def test_malformed_conditions_are_validation_errors(self) -> None:
        put = self.dynamodb.put_item
        item = {"TableName": "items", "Item": {"id": {"S": "a"}}}
        for condition in ("attribute_exists(", "id =", "AND id", "id IN ()"):
            self.assert_error("ValidationException", put, **item, ConditionExpression=condition)
        put(**item, ConditionExpression="attribute_not_exists(id)")


class Keys(EmulatorTest):
    """KMS keys."""

    @tests_rules("key_policy_grammar")
    def test_key_policies_follow_grammar(self) -> None:
        create = self.client("kms").create_key
        code = "MalformedPolicyDocumentException"
        self.assert_error(code, create, Policy="not JSON")
        self.assert_error(code, create, Policy=document({"Effect": "Allow", "Action": "kms:*"}))

    @tests_rules("key_state")
    def test_keys_pending_deletion_cannot_encrypt(self) -> None:
        kms = self.client("kms")
        key = kms.create_key()["KeyMetadata"]["KeyId"]
        kms.create_alias(AliasName="alias/mine", TargetKeyId=key)
        kms.encrypt(KeyId=key, Plaintext=b"x")
        kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
        for name in (key, "alias/mine"):
            self.assert_error("KMSInvalidStateException", kms.encrypt, KeyId=name, Plaintext=b"x")
