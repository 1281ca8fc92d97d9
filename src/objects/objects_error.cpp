#include "objects/objects_error.hpp"

namespace bedplate::objects {
namespace {

struct Words {
  std::string_view code;
  int status;
  const char* text;
};

// Codes, statuses and texts: Amazon S3 API Reference, "Error responses".
Words words_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kInvalidUri:
      return {"InvalidURI", 400, "Couldn't parse the specified URI."};
    case ErrorKind::kInvalidBucketName:
      return {"InvalidBucketName", 400, "The specified bucket is not valid."};
    case ErrorKind::kNoSuchBucket:
      return {"NoSuchBucket", 404, "The specified bucket does not exist"};
    case ErrorKind::kBucketAlreadyExists:
      return {"BucketAlreadyExists", 409,
              "The requested bucket name is not available. The bucket namespace is shared by all "
              "users of the system. Please select a different name and try again."};
    case ErrorKind::kBucketAlreadyOwnedByYou:
      return {"BucketAlreadyOwnedByYou", 409,
              "Your previous request to create the named bucket succeeded and you already own it."};
    case ErrorKind::kBucketNotEmpty:
      return {"BucketNotEmpty", 409, "The bucket you tried to delete is not empty"};
    case ErrorKind::kNoSuchBucketPolicy:
      return {"NoSuchBucketPolicy", 404, "The bucket policy does not exist"};
    case ErrorKind::kNoSuchKey:
      return {"NoSuchKey", 404, "The specified key does not exist."};
    case ErrorKind::kKeyTooLong:
      return {"KeyTooLongError", 400, "Your key is too long"};
    case ErrorKind::kInvalidArgument:
      return {"InvalidArgument", 400, "Invalid Argument"};
    case ErrorKind::kMetadataTooLarge:
      return {"MetadataTooLarge", 400,
              "Your metadata headers exceed the maximum allowed metadata size"};
    case ErrorKind::kInvalidRange:
      return {"InvalidRange", 416, "The requested range is not satisfiable"};
    case ErrorKind::kPreconditionFailed:
      return {"PreconditionFailed", 412,
              "At least one of the pre-conditions you specified did not hold"};
    case ErrorKind::kNotModified:
      return {"NotModified", 304, "Not Modified"};
    case ErrorKind::kNoSuchUpload:
      return {"NoSuchUpload", 404,
              "The specified upload does not exist. The upload ID may be invalid, or the upload "
              "may have been aborted or completed."};
    case ErrorKind::kInvalidPart:
      return {"InvalidPart", 400,
              "One or more of the specified parts could not be found.  The part may not have been "
              "uploaded, or the specified entity tag may not match the part's entity tag."};
    case ErrorKind::kInvalidPartOrder:
      return {"InvalidPartOrder", 400,
              "The list of parts was not in ascending order. Parts must be ordered by part "
              "number."};
    case ErrorKind::kEntityTooSmall:
      return {"EntityTooSmall", 400,
              "Your proposed upload is smaller than the minimum allowed size"};
    case ErrorKind::kEntityTooLarge:
      return {"EntityTooLarge", 400, "Your proposed upload exceeds the maximum allowed size"};
    case ErrorKind::kIncompleteBody:
      return {"IncompleteBody", 400,
              "You did not provide the number of bytes specified by the Content-Length HTTP "
              "header"};
    case ErrorKind::kBadDigest:
      return {"BadDigest", 400, "The Content-MD5 you specified did not match what we received."};
    case ErrorKind::kContentSha256Mismatch:
      return {"XAmzContentSHA256Mismatch", 400,
              "The provided 'x-amz-content-sha256' header does not match what was computed."};
    case ErrorKind::kInvalidRequest:
      return {"InvalidRequest", 400, "Invalid Request"};
    case ErrorKind::kAccessDenied:
      return {"AccessDenied", 403, "Access Denied"};
    case ErrorKind::kStorageFull:
      return {"InternalError", 500, "There is no space left where the objects are kept."};
    case ErrorKind::kSlowDown:
      return {"SlowDown", 503, "Please reduce your request rate."};
    case ErrorKind::kUnavailable:
      return {"ServiceUnavailable", 503, "Service is unable to handle request."};
    case ErrorKind::kInternalError:
      break;
  }
  return {"InternalError", 500, "We encountered an internal error. Please try again."};
}

}  // namespace

std::string_view error_code(ErrorKind kind) {
  return words_of(kind).code;
}

int http_status(ErrorKind kind) {
  return words_of(kind).status;
}

ObjectsError objects_error(ErrorKind kind) {
  return {kind, words_of(kind).text};
}

}  // namespace bedplate::objects
