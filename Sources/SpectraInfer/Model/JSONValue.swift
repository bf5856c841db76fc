internal import CJSON
internal import CKernels

/// A value of a JSON document that knows its place; every access checks the type.
@safe
struct JSONValue: ~Escapable {
  private let object: OpaquePointer?
  private let file: Span<UInt8>
  let place: ErrorPlace
  /// How payloads are decoded and their checksums computed: carried along, as asking the processor
  /// takes time.
  let hashing: SHA256.Method

  /// - Parameters:
  ///   - object: nil stands for JSON's null.
  ///   - file: the text that `ShortenedText` was made of.
  @unsafe
  @_lifetime(copy file)
  init(
    _ object: OpaquePointer?, in file: Span<UInt8>, at place: ErrorPlace, hashing: SHA256.Method
  ) {
    unsafe self.object = object
    self.file = file
    self.place = place
    self.hashing = hashing
  }

  var isNull: Bool { unsafe object == nil }

  /// An error about this value.
  func error(
    _ sentence: StaticString, found: Double? = nil, expected: Double? = nil
  ) -> SpectraError {
    SpectraError(.modelContent, sentence, at: place, found: found, expected: expected)
  }

  // MARK: - Objects

  /// Checks that this is an object of exactly these members: a file with others was written for
  /// another library, and what they say must not be passed over.
  func requireMembers<let count: Int>(
    _ names: InlineArray<count, StaticString>
  ) throws(SpectraError) {
    for index in names.indices { _ = try member(names[index]) }
    let found = Int(unsafe json_object_object_length(object))
    guard found == count else {
      throw error(
        "has members that its format does not know", found: Double(found),
        expected: Double(count))
    }
  }

  /// The member of an object.
  @_lifetime(copy self)
  func member(_ name: StaticString) throws(SpectraError) -> JSONValue {
    let inner = place.member(name)
    guard unsafe json_object_get_type(object) == json_type_object else {
      throw error("must be an object")
    }
    var value: OpaquePointer?
    let isThere = unsafe name.utf8Start.withMemoryRebound(
      to: CChar.self, capacity: name.utf8CodeUnitCount + 1
    ) { unsafe json_object_object_get_ex(object, $0, &value) }
    guard isThere != 0 else {
      throw SpectraError(.modelContent, "is missing", at: inner)
    }
    return unsafe JSONValue(value, in: file, at: inner, hashing: hashing)
  }

  // MARK: - Arrays

  /// The number of elements of an array.
  func arrayCount(_ range: ClosedRange<Int>) throws(SpectraError) -> Int {
    guard unsafe json_object_get_type(object) == json_type_array else {
      throw error("must be an array")
    }
    let count = unsafe json_object_array_length(object)
    guard range.contains(count) else {
      throw error(
        "has too few or too many elements", found: Double(count),
        expected: Double(count < range.lowerBound ? range.lowerBound : range.upperBound))
    }
    return Int(count)
  }

  /// An element of an array whose count was asked before.
  @_lifetime(copy self)
  func element(_ index: Int) -> JSONValue {
    unsafe JSONValue(
      json_object_array_get_idx(object, index), in: file, at: place.element(index),
      hashing: hashing)
  }

  // MARK: - Scalars

  /// A finite number in `range`.
  func number(
    _ range: ClosedRange<Double> = -1e12...1e12
  ) throws(SpectraError) -> Double {
    let type = unsafe json_object_get_type(object)
    guard type == json_type_double || type == json_type_int else {
      throw error("must be a number")
    }
    let value = unsafe json_object_get_double(object)
    // Written so that NaN, which the parser lets through, fails too.
    guard value >= range.lowerBound, value <= range.upperBound else {
      throw error(
        "is out of its range", found: value,
        expected: value < range.lowerBound ? range.lowerBound : range.upperBound)
    }
    return value
  }

  /// A whole number in `range`.
  func integer(_ range: ClosedRange<Int>) throws(SpectraError) -> Int {
    guard unsafe json_object_get_type(object) == json_type_int else {
      throw error("must be a whole number")
    }
    let value = Int(unsafe json_object_get_int64(object))
    guard range.contains(value) else {
      throw error(
        "is out of its range", found: Double(value),
        expected: Double(value < range.lowerBound ? range.lowerBound : range.upperBound))
    }
    return value
  }

  /// The bytes of a string.
  var text: Span<UInt8> {
    @_lifetime(copy self)
    get throws(SpectraError) {
      guard unsafe json_object_get_type(object) == json_type_string,
        let start = unsafe json_object_get_string(object)
      else { throw error("must be a string") }
      let count = Int(unsafe json_object_get_string_len(object))
      let bytes = unsafe UnsafeRawBufferPointer(start: start, count: count)
      let text = unsafe _overrideLifetime(bytes.bindMemory(to: UInt8.self).span, copying: self)
      guard let place = ShortenedText.place(text) else { return text }
      return file.extracting(place)
    }
  }

  /// Whether this is a string of just these characters.
  func isText(_ expected: StaticString) throws(SpectraError) -> Bool {
    let text = try text
    guard text.count == expected.utf8CodeUnitCount else { return false }
    for index in text.indices where unsafe text[index] != expected.utf8Start[index] {
      return false
    }
    return true
  }
}
