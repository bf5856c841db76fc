/// The order in which a file has the bytes of a number.
package enum ByteOrder: Sendable {
  case littleEndian
  case bigEndian
}
