"""Reads Terraform schemas from generated CDK bindings.

The TypeScript of the bindings was generated from a provider's schema; each
published JavaScript file has it in its source map. Every attribute has a comment
with its flags and a getter that shows its type. The functions that write
configurations (`…ToHclTerraform`) show how blocks are nested. The rest of the
schema is lost: sensitive and write-only flags, item counts other than "one".

The result has the form of `terraform providers schema -json`.
"""

import base64
import json
import re

SOURCE_MAP = b"sourceMappingURL=data:application/json;base64,"
CLASS = re.compile(r"^export class (\w+) extends (\S+) \{$(.*?)^\}", re.M | re.S)
STRUCT = re.compile(r"^export interface (\w+)[^\n]* \{$(.*?)^\}", re.M | re.S)
WRITER = re.compile(
    r"^export function (\w+)ToHclTerraform\(.*?const attrs = \{$(.*?)^  \};",
    re.M | re.S,
)
WRITTEN = re.compile(
    r"^ +(\w+): \{\n +value: .*\n +isBlock: \w+,\n +type: \"(\w+)\",\n"
    r" +storageClassType: \"(\w+)\"",
    re.M,
)
FLAGS = re.compile(
    r"^  // (\w+) - computed: (\w+), optional: (\w+), required: (\w+)$", re.M
)
OBJECT = re.compile(r"= new (?!cdktn)(\w+?)(List|Map|OutputReference)\((.*?)\)")
BLOCK = re.compile(r"^  \* (\w+) block$", re.M)
TYPES = {
    "this.getStringAttribute": "string",
    "this.getNumberAttribute": "number",
    "this.getBooleanAttribute": "bool",
    "this.getListAttribute": ["list", "string"],
    "this.getNumberListAttribute": ["list", "number"],
    "cdktn.Fn.tolist(this.getListAttribute": ["set", "string"],
    "cdktn.Token.asNumberList(cdktn.Fn.tolist(this.getNumberListAttribute": [
        "set",
        "number",
    ],
    "this.getStringMapAttribute": ["map", "string"],
    "this.getNumberMapAttribute": ["map", "number"],
    "this.getBooleanMapAttribute": ["map", "bool"],
    "new cdktn.StringMap": ["map", "string"],
    "new cdktn.NumberMap": ["map", "number"],
    "new cdktn.BooleanMap": ["map", "bool"],
}
STORED = {
    "string": "string",
    "number": "number",
    "boolean": "bool",
    "stringList": ["list", "string"],
    "stringMap": ["map", "string"],
}
ROOTS = {
    "cdktn.TerraformResource": "resource",
    "cdktn.TerraformDataSource": "data",
    "cdktn.TerraformProvider": "provider",
}


class UnexpectedForm(Exception):
    """The bindings do not have the form that this module expects."""


class RecursiveSchema(Exception):
    """The bindings do not express a schema that contains itself."""


def typescript(javascript: bytes) -> str:
    """The TypeScript source in the source map of a JavaScript file."""
    start = javascript.rfind(SOURCE_MAP)
    if start < 0:
        raise UnexpectedForm("no source map")
    source_map = json.loads(base64.b64decode(javascript[start + len(SOURCE_MAP) :].strip()))
    return source_map["sourcesContent"][0]


class Bindings:
    """The sources of one resource, data source or provider."""

    def __init__(self, source: str) -> None:
        """Index the classes, interfaces and the functions that write configurations."""
        self.classes = {name: (base, body) for name, base, body in CLASS.findall(source)}
        self.structs = dict(STRUCT.findall(source))
        self.ancestors: list[str] = []
        # A writer has the name of its interface, with a lower-case first letter.
        self.writers = {
            name.lower(): {entry[0]: entry[1:] for entry in WRITTEN.findall(body)}
            for name, body in WRITER.findall(source)
        }

    def root(self) -> tuple[str, str, dict] | None:
        """Kind, type name and schema of the resource, data source or provider."""
        for name, (base, body) in self.classes.items():
            if kind := ROOTS.get(base):
                found = re.search(r'tfResourceType = "(\w+)"', body)
                writer = {entry[0]: entry[1:] for entry in WRITTEN.findall(body)}
                struct = self.structs[self.config(body)]
                if kind == "provider":
                    block = self.provider(writer, struct)
                else:
                    block = self.block(body, struct, writer)
                return kind, found.group(1) if found else name, {"block": block}
        return None

    @staticmethod
    def config(body: str) -> str:
        """The interface of the configuration that a class's constructor takes."""
        found = re.search(r"public constructor\(.*config: (\w+)", body)
        if not found:
            raise UnexpectedForm("no constructor that takes a configuration")
        return found.group(1)

    def block(self, body: str, struct: str, writer: dict) -> dict:
        """The attributes and blocks of one level."""
        attributes, blocks = {}, {}
        block_names = set(BLOCK.findall(struct))
        parts = FLAGS.split(body)
        for name, *flags, text in zip(*(parts[i::5] for i in range(1, 6))):
            computed, optional, required = (flag == "true" for flag in flags)
            text = text.split("\n\n", 1)[0]
            if name in block_names:
                blocks[name] = self.nested_block(name, text, writer, required)
                continue
            flags = {"computed": computed, "optional": optional, "required": required}
            flags = {flag: True for flag, given in flags.items() if given}
            if inner := OBJECT.search(text):
                attributes[name] = self.nested(name, inner, writer, flags) | flags
            else:
                attributes[name] = {"type": self.plain(name, text)} | flags
        return {"attributes": attributes, "block_types": blocks}

    def plain(self, name: str, text: str) -> object:
        """The type of an attribute, from its getter."""
        found = re.search(r"(?:return|=) ([^;]*?)\((?:this, )?[\"']" + name, text)
        if found and found.group(1) in TYPES:
            return TYPES[found.group(1)]
        if found and found.group(1).endswith("this.interpolationForAttribute"):
            # The bindings have no getter for rare types such as a list of maps.
            return "dynamic"
        raise UnexpectedForm(f"`{name}`: no type in {text!r}")

    def object_body(self, prefix: str) -> dict:
        """The attributes and blocks of an object, given the prefix of its classes' names."""
        if prefix in self.ancestors:
            raise RecursiveSchema(prefix)
        self.ancestors.append(prefix)
        _, body = self.classes[f"{prefix}OutputReference"]
        writer = self.writers.get(prefix.lower(), {})
        answer = self.block(body, self.structs.get(prefix, ""), writer)
        self.ancestors.pop()
        return answer

    def nested_block(self, name: str, text: str, writer: dict, required: bool) -> dict:
        """A nested block."""
        found = OBJECT.search(text)
        if not found:
            if "this.interpolationForAttribute" in text:
                raise RecursiveSchema(name)
            raise UnexpectedForm(f"`{name}`: no class of a block in {text!r}")
        prefix, kind, _ = found.groups()
        nesting = writer[name][0]
        answer = {"block": self.object_body(prefix)}
        if nesting == "struct":
            return {"nesting_mode": "single"} | answer
        answer["nesting_mode"] = nesting
        if kind == "OutputReference":
            answer["max_items"] = 1
        if required:
            answer["min_items"] = 1
        return answer

    def nested(self, name: str, found: re.Match, writer: dict, flags: dict) -> dict:
        """An attribute that holds objects: of a plain type, or with nested attributes that have
        flags.
        """
        prefix, kind, arguments = found.groups()
        inner = self.object_body(prefix)
        mode = {
            "List": "set" if arguments.endswith("true") else "list",
            "Map": "map",
            "OutputReference": "single",
        }[kind]
        if kind == "OutputReference" and writer.get(name, [""])[0] in ("list", "set"):
            mode = writer[name][0]
        # In the bindings, the attributes of a plain object have the flags of the object.
        own = [
            {flag: True for flag in ("computed", "optional", "required") if flag in each}
            for each in inner["attributes"].values()
        ]
        if "computed" in flags and all(each == flags for each in own):
            ty = object_type(inner)
            return {"type": ty if mode == "single" else [mode, ty]}
        return {
            "nested_type": {"nesting_mode": mode, "attributes": inner["attributes"]}
        }

    def provider(self, writer: dict, struct: str) -> dict:
        """The provider's configuration; its bindings have no getters that show types."""
        attributes, blocks = {}, {}
        block_names = set(BLOCK.findall(struct))
        # `alias` belongs to the Terraform language, not to the schema.
        for name, (nesting, storage) in writer.items():
            if name == "alias":
                continue
            camel = re.sub(r"_(\w)", lambda found: found.group(1).upper(), name)
            required = re.search(rf"^  readonly {camel}: ", struct, re.M) is not None
            flags = {"required": True} if required else {"optional": True}
            if name in block_names:
                prefix = storage.removesuffix("List")
                block = self.provider(self.writers[prefix.lower()], self.structs[prefix])
                blocks[name] = {"nesting_mode": nesting, "block": block}
            elif storage in STORED:
                ty = STORED[storage]
                if nesting == "set":
                    ty = ["set", ty[1]]
                attributes[name] = {"type": ty} | flags
            else:
                raise UnexpectedForm(f"`{name}`: unknown storage `{storage}`")
        return {"attributes": attributes, "block_types": blocks}


def object_type(block: dict) -> list:
    """The object type with these attributes."""

    def of(attribute: dict) -> object:
        if "type" in attribute:
            return attribute["type"]
        nested = attribute["nested_type"]
        ty = object_type(nested)
        return ty if nested["nesting_mode"] == "single" else [nested["nesting_mode"], ty]

    return ["object", {name: of(each) for name, each in block["attributes"].items()}]
