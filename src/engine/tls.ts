// As OpenSSL and Node name them; https://nodejs.org/api/tls.html#x509-certificate-error-codes.
const UNTRUSTED: readonly string[] = [
  "CERT_SIGNATURE_FAILURE",
  "CERT_UNTRUSTED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
];
const OUT_OF_DATE: readonly string[] = ["CERT_HAS_EXPIRED", "CERT_NOT_YET_VALID"];
const OTHER_HOST = "ERR_TLS_CERT_ALTNAME_INVALID";
const NO_TLS: readonly string[] = ["ERR_SSL_WRONG_VERSION_NUMBER", "ERR_SSL_PACKET_LENGTH_TOO_LONG", "EPROTO"];
const WANTS_CERTIFICATE = /CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE/;
const UNWANTED_CERTIFICATE = /ALERT_UNKNOWN_CA|ALERT_BAD_CERTIFICATE|ALERT_CERTIFICATE_/;

/** How the URL of an engine names the files of TLS. */
export interface TlsParameters {
  /** The authority that signed the server's certificate. */
  readonly ca: string;
  /** The certificate of this process, and its key. */
  readonly certificate: string;
}

/**
 * What went wrong with TLS and what to do about it, as sentences for the message of an error; `undefined` where the failure
 * is of another kind.
 *
 * @example tlsTrouble(error, { ca: "ca", certificate: "cert and key" })
 */
export function tlsTrouble(error: unknown, { ca, certificate }: TlsParameters): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  const code = String(error.code);
  const said = `(${error.message})`;
  if (UNTRUSTED.includes(code))
    return `shows a certificate that no authority has signed which this process trusts ${said}. Name the file of the one that has, by "${ca}" in the URL.`;
  if (code === OTHER_HOST)
    return `shows a certificate that is for another host ${said}. Put a name into the URL that the certificate has, or look who answers there.`;
  if (OUT_OF_DATE.includes(code))
    return `shows a certificate that does not hold now ${said}. Renew it, or set the clock of this machine right.`;
  if (NO_TLS.includes(code))
    return `does not speak TLS ${said}. Name the port at which it does, or leave TLS out of the URL.`;
  if (WANTS_CERTIFICATE.test(code))
    return `wants a certificate of this process ${said}. Name one by "${certificate}" in the URL.`;
  if (UNWANTED_CERTIFICATE.test(code))
    return `does not trust the certificate of this process ${said}. Name another one by "${certificate}" in the URL, or have the server trust who signed it.`;
  return undefined;
}
