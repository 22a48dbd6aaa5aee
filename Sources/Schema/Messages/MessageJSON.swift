/// The JSON form of any message of the schema, between its bytes and a `JSONValue`.
///
/// Names are the schema's own in snake_case; zeros, false and null are written; dates are texts
/// whose shape is their precision; enumerations are their words. Members stand in the order of the
/// field numbers, so that the same bytes always give the same text, and the same value the same
/// bytes: those that the generated types write.
package enum MessageJSON {}
