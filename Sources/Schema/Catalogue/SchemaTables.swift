/// The generated tables: text with a line for each message, field, enumeration and its values.
///
/// They are data and not code so that they compile at once and are read only when they are needed.
/// The lines, whose parts are separated by `|`, are:
///
///     E full name | name | comment                      an enumeration; its values follow
///     V number | word | Chinese word | comment
///     M full name | name | comment                      a message; what follows belongs to it
///     T number | identity | streams | tier | data class | Chinese name | sentence
///     R model | identity | table | Chinese name
///     F number | name | kind | type | flags | Chinese name | comment
///     S full name | comment                             a service; its methods follow
///     C name | request | response | flags | comment
enum SchemaTables {}
