/// A queue, first in, first out, that owns no memory while it is empty from the start.
///
/// A call has one, and most calls have one message: a ring with room for sixteen would be most of
/// what a call costs.
struct Fifo<Element> {
    private var elements: [Element?] = []
    private var head = 0

    var count: Int { elements.count - head }
    var isEmpty: Bool { head == elements.count }

    /// The element whose turn is next; setting it when there is none has no effect.
    var first: Element? {
        get { head < elements.count ? elements[head] : nil }
        set {
            guard head < elements.count, let newValue else { return }
            elements[head] = newValue
        }
    }

    mutating func append(_ element: Element) {
        elements.append(element)
    }

    mutating func popFirst() -> Element? {
        guard head < elements.count else { return nil }
        let element = elements[head]
        elements[head] = nil
        head += 1
        if head == elements.count {
            elements.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= 32, head * 2 >= elements.count {
            elements.removeFirst(head)
            head = 0
        }
        return element
    }

    mutating func removeAll() {
        elements.removeAll()
        head = 0
    }
}

extension Fifo: Sendable where Element: Sendable {}
