import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";

/** The key pair of the fake application, as its developer portal shows it. */
export type SigningKey = { readonly publicKeyHex: string; readonly privateKey: KeyObject };

/** Bytes an Ed25519 public key has in its SPKI form before the key itself. */
const SPKI_PREFIX_BYTES = 12;

export function createSigningKey(): SigningKey {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const spki = publicKey.export({ format: "der", type: "spki" });
  return { publicKeyHex: spki.subarray(SPKI_PREFIX_BYTES).toString("hex"), privateKey };
}

/** The headers Discord sends with an interaction over HTTP. */
export function signedHeaders(key: SigningKey, body: string, timestampSeconds: number): Record<string, string> {
  const timestamp = String(timestampSeconds);
  return {
    "content-type": "application/json",
    "x-signature-timestamp": timestamp,
    "x-signature-ed25519": sign(null, Buffer.from(timestamp + body), key.privateKey).toString("hex"),
    "user-agent": "Discord-Interactions/1.0 (+https://discord.com)",
  };
}
