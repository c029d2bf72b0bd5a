import type { CertificatePair } from '../../src/target/certificate-pair.ts';

/** The certificate of the test server, for localhost until 2049: with a new one in each run a case would not repeat itself. A secret of nobody. */
export const FIXED_CERTIFICATE: CertificatePair = {
  certificate: `-----BEGIN CERTIFICATE-----
MIIBPDCB5KADAgECAhA1c3X7HMApTTr3CDlDo3W4MAoGCCqGSM49BAMCMBQxEjAQ
BgNVBAMTCWxvY2FsaG9zdDAeFw0yMDAxMDEwMDAwMDBaFw00OTAxMDEwMDAwMDBa
MBQxEjAQBgNVBAMTCWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IA
BAeVnzrW034zZNIU6/TCi0Ve0/rw5zSJtPdyBexETYF7eAND0tXH46q8xig8HoMZ
OCDz/uGThnaahUSH/G5z29ajGDAWMBQGA1UdEQQNMAuCCWxvY2FsaG9zdDAKBggq
hkjOPQQDAgNHADBEAiA1Qgtz4bnLwcAs+POIX1uo9x9gzhSkpaEG7KGc/uM9+AIg
Xg5bTMd16sXvpRMWsA7JIuq9CPd5Sd5NimuNmtBgE9c=
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgnEuueznGtG2mWmLR
qPAMojgG4NXsSG+7u+nqPlvT5CWhRANCAAQHlZ861tN+M2TSFOv0wotFXtP68Oc0
ibT3cgXsRE2Be3gDQ9LVx+OqvMYoPB6DGTgg8/7hk4Z2moVEh/xuc9vW
-----END PRIVATE KEY-----
`,
};
