// What an authenticator app shows (RFC 6238: SHA-1, six digits, half a minute).
import { createHmac } from "node:crypto";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The code of a secret in base32 now, or `steps` half minutes later. */
export function codeOf(secret, steps = 0) {
  const bits = [...secret.replace(/[\s=]/g, "")].map((each) => alphabet.indexOf(each.toUpperCase()).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const mac = createHmac("sha1", key).update(counter).digest();
  const at = mac.at(-1) & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}
