import Schema

extension TaizhangClient {
    /// Rows of a read model, some at a time.
    public func query(
        _ query: RowQuery, options: CallOptions = CallOptions()
    ) -> AsyncThrowingMapSequence<MessageStream, RowPage> {
        stream(
            "taizhang.services.v1.Query/Query", query.message.wireBytes, options: options
        ).map { (bytes: [UInt8]) throws -> RowPage in
            RowPage(try QueryResponse.answer(bytes))
        }
    }

    /// All rows of a read model, then what changes in them, for ever.
    ///
    /// It is not resumed when the connection is lost, because rows may have gone meanwhile: begin
    /// again and forget what you had.
    public func watch(
        _ query: RowQuery, options: CallOptions = CallOptions()
    ) -> AsyncThrowingMapSequence<MessageStream, RowChanges> {
        stream(
            "taizhang.services.v1.Query/Watch", query.message.wireBytes, options: options
        ).map { (bytes: [UInt8]) throws -> RowChanges in
            RowChanges(try WatchResponse.answer(bytes))
        }
    }
}
