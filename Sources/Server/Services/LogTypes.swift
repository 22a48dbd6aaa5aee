package import EventLog

// The schema has messages of the same names as some types of the log; files that import both use
// these.

/// "Nothing that matches this query after this position."
package typealias LogCondition = AppendCondition
/// What a stream's version must be.
package typealias LogExpectedVersion = ExpectedVersion
