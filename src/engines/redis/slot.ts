/** The slots of a Cluster. */
export const SLOTS = 16_384;

/** The slot of all keys with this hash tag; https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tag. */
export function slotOf(tag: string): number {
  return crc16(Buffer.from(tag)) % SLOTS;
}

/** CRC-16/XMODEM. */
function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
    crc &= 0xffff;
  }
  return crc;
}
