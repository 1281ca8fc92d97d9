// The main function of this folder's unit tests: the same program is the reading child, as the
// server is its own.
#include <gmock/gmock.h>

#include <string_view>

#include "documents/reading_child.hpp"

int main(int argc, char** argv) {
  if (argc == 3 && std::string_view(argv[1]) == "read-document-child") {
    bedplate::documents::reading_child(argv[2]);
  }
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
