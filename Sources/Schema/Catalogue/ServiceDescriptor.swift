/// A service of the wire protocol with its methods.
package struct ServiceDescriptor: Sendable {
    package struct Method: Sendable {
        package let name: String
        package let request: MessageDescriptor
        package let response: MessageDescriptor
        package let clientStreams: Bool
        package let serverStreams: Bool
        package let doc: String
    }

    /// With the package ("taizhang.services.v1.Log").
    package let fullName: String
    package let doc: String
    package let methods: [Method]

    /// All services of the schema, in the order of their files.
    package static var all: [ServiceDescriptor] { SchemaCatalogue.shared.services }
}
