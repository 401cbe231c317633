import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, type KeyObject } from "node:crypto";

const CIPHER = "aes-256-gcm";
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Keys of another use, from the same secrets, are other keys. */
const PURPOSE = "signalbox.stored-response.v1";

/** Whose content it is: `digestKey` is a key of the tenant's own, which stands in the database. */
export type SealOwner = { readonly tenant: string; readonly digestKey: KeyObject };

/**
 * Seals what a tenant said, for the place that it is kept at: AES-256-GCM (NIST SP 800-38D) under HKDF-SHA256 (RFC 5869)
 * of the tenant's digest key with the pepper as salt. The pepper is in no database, so whoever has only that reads
 * nothing; without the tenant's digest key nobody does, and deleting it is the erasure.
 */
export class ContentSeal {
  readonly #pepper: Uint8Array;
  readonly #purpose: string;

  constructor(pepper: Uint8Array, purpose: string = PURPOSE) {
    this.#pepper = pepper;
    this.#purpose = purpose;
  }

  /** Nonce, tag and ciphertext. `place` is not kept in it, and has to be named again to open it. */
  seal(owner: SealOwner, place: string, content: Uint8Array): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.#keyOf(owner), nonce).setAAD(placeOf(owner, place));
    const text = [cipher.update(content), cipher.final()];
    return Buffer.concat([nonce, cipher.getAuthTag(), ...text]);
  }

  /** Null for what was sealed by another, for another place, or changed since. */
  open(owner: SealOwner, place: string, sealed: Buffer): Buffer | null {
    if (sealed.length < NONCE_BYTES + TAG_BYTES) return null;
    const decipher = createDecipheriv(CIPHER, this.#keyOf(owner), sealed.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(placeOf(owner, place)).setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    try {
      return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
    } catch {
      return null;
    }
  }

  #keyOf({ tenant, digestKey }: SealOwner): Buffer {
    return Buffer.from(hkdfSync("sha256", digestKey, this.#pepper, `${this.#purpose}\n${tenant}`, KEY_BYTES));
  }
}

function placeOf({ tenant }: SealOwner, place: string): Buffer {
  return Buffer.from(`${tenant}\n${place}`);
}
