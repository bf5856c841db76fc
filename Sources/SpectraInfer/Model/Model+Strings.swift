#if !hasFeature(Embedded)
  // Strings are for Swift programs; the C library does without them and without what they link in.
  extension Model {
    /// Reads a model file.
    ///
    /// - Throws: `.file` where it cannot be opened or read, else as `init(json:)`.
    public init(contentsOf path: String) throws(SpectraError) {
      let characters = path.utf8CString
      self = try unsafe characters.span.withUnsafeBufferPointer {
        (characters) throws(SpectraError) -> Model in
        guard let start = characters.baseAddress else {
          throw SpectraError(.file, "the path is empty; give the path of a model file")
        }
        return try unsafe Model(path: start)
      }
    }

    /// The model card as JSON.
    public var cardJSON: String { unsafe String(cString: cardText) }

    /// Identifier of a reference, such as "mp-7000/O3".
    public func referenceIdentifier(_ reference: Int) -> String {
      unsafe String(cString: referenceName(reference))
    }
  }
#endif
