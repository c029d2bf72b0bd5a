/** The handshakes that a server itself has counted or logged: evidence from the other side. */
export interface ServerCounts {
  /** Finished ones, full and resumed. */
  readonly handshakes: number;
  readonly resumed: number;
}
