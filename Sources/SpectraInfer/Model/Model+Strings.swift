#if !hasFeature(Embedded)
  // Strings are for Swift programs; the C library does without them and without what they link in.
  extension Model {
    /// The model card as JSON.
    public var cardJSON: String { unsafe String(cString: cardText) }

    /// Identifier of a reference, such as "mp-7000/O3".
    public func referenceIdentifier(_ reference: Int) -> String {
      unsafe String(cString: referenceName(reference))
    }
  }
#endif
