/** A JSON number as written, so that integers beyond 2^53 and every digit of a float survive a round trip. */
export interface JsonNumber {
  readonly raw: string
}
export type JsonObject = ReadonlyMap<string, JsonValue>
export type JsonValue = null | boolean | string | JsonNumber | readonly JsonValue[] | JsonObject
