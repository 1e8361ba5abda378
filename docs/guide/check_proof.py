#!/usr/bin/env python3
"""Checks one entry's evidence without Piperoll: Python's standard library, and `openssl` for the signature.

    check_proof.py FILE.tlog-proof ENTRY.json VKEY

The entry is what `piperoll --json show` printed, the vkey what the trail's owner gave you by another way. It follows docs/format.md and the
C2SP specifications tlog-proof, tlog-checkpoint and signed-note. Exit 0: the entry is in the tree that the key signed. Exit 1: it is not.
"""

import base64
import hashlib
import hmac
import json
import subprocess
import sys
import tempfile


def fail(why):
    print(f"NOT proven: {why}")
    sys.exit(1)


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_from(index, size, leaf, proof):
    """RFC 9162, section 2.1.3.2: the root that the proof leads to; None when it has not the right length."""
    if index >= size:
        return None
    here, last, root = index, size - 1, leaf
    for hash_ in proof:
        if last == 0:
            return None
        if here & 1 or here == last:
            root = node(hash_, root)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            root = node(root, hash_)
        here, last = here >> 1, last >> 1
    return root if last == 0 else None


class Number(str):
    """A number, as it is written: a double that is read and printed again may look different."""


def canonical(value):
    """RFC 8785: names in the order of their UTF-16 code units, no white space; numbers are canonical as Piperoll prints them."""
    if isinstance(value, dict):
        members = sorted(value.items(), key=lambda member: member[0].encode("utf-16-be"))
        return "{" + ",".join(f"{canonical(name)}:{canonical(inner)}" for name, inner in members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(canonical(inner) for inner in value) + "]"
    return str(value) if isinstance(value, Number) else json.dumps(value, ensure_ascii=False)


def is_signed(text, note, vkey):
    """Whether a signature line of the note is by this key (type 0x01, Ed25519)."""
    # Base64 may hold a plus, a name may not.
    name, key_id, key = vkey.split("+", 2)
    key = base64.b64decode(key)
    if key[0] != 1 or len(key) != 33:
        fail("the vkey is not that of an Ed25519 log")
    for line in note.splitlines():
        if not line.startswith(f"\u2014 {name} "):
            continue
        blob = base64.b64decode(line.split(" ")[2])
        if blob[:4].hex() != key_id:
            continue
        # A public key as OpenSSL reads it: the fixed DER head of Ed25519 (RFC 8410), then the 32 bytes.
        der = bytes.fromhex("302a300506032b6570032100") + key[1:]
        with tempfile.TemporaryDirectory() as folder:
            for file, content in ("key", der), ("text", text.encode()), ("signature", blob[4:]):
                with open(f"{folder}/{file}", "wb") as out:
                    out.write(content)
            command = "openssl pkeyutl -verify -pubin -keyform DER -inkey key -rawin -in text -sigfile signature"
            if subprocess.run(command.split(), cwd=folder, capture_output=True, check=False).returncode == 0:
                return True
    return False


def main(proof_file, entry_file, vkey):
    with open(proof_file, encoding="utf-8") as file:
        head, checkpoint = file.read().split("\n\n", 1)
    with open(entry_file, encoding="utf-8") as file:
        entry = json.load(file, parse_int=Number, parse_float=Number)
    version, *lines = head.split("\n")
    if version != "c2sp.org/tlog-proof@v1":
        fail("this is no proof file")
    lines = [line for line in lines if not line.startswith("extra ")]
    index = int(lines[0].removeprefix("index "))
    proof = [base64.b64decode(line) for line in lines[1:]]

    header = canonical(entry["header"])
    leaf = hashlib.sha256(b"\x00" + header.encode()).digest()

    text, signatures = checkpoint.rsplit("\n\n", 1)
    text += "\n"
    origin, size, root = text.splitlines()[:3]
    if origin != vkey.split("+")[0]:
        fail(f"the checkpoint is that of {origin}")
    if not is_signed(text, signatures, vkey):
        fail("the checkpoint is not signed by this key")
    if root_from(index, int(size), leaf, proof) != base64.b64decode(root):
        fail("the entry is not the one in the signed tree")

    commitment = entry["header"].get("payload")
    if commitment is None:
        payload = "there never was one"
    elif entry.get("payload") is None or entry.get("salt") is None:
        payload = "not in the entry file"
    else:
        salt, payload = base64.b64decode(entry["salt"]), canonical(entry["payload"]).encode()
        mac = hmac.new(salt, payload, hashlib.sha256).digest()
        if base64.b64decode(commitment) != mac:
            fail("the payload is not the one that the header commits to")
        payload = "the one that was recorded"
    print(f"proven: entry {index} of {size} is in the tree that {origin} signed; its payload: {payload}")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
