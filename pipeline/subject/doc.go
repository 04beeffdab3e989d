// Package subject keeps what people have asked for: that what is kept of them be erased, that it be processed no more, or only
// kept, or not without their consent.
//
// A person is known by keyed ids, of a phone number, an e-mail address, a call (Hasher). A List says, for every record that
// passes, whether one of the ids in it is suppressed. Requests, what sinks are told (directives) and what they answer
// (acknowledgements) are messages on control topics; a Register folds them into where each request stands. None of the
// messages holds an identifier.
package subject
