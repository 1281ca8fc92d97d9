#include "documents/sample_files_for_test.hpp"

#include <jpeglib.h>
#include <stdio.h>
#include <webp/encode.h>
#include <zip.h>

#include <array>
#include <boost/crc.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace bedplate::documents {
namespace {

std::string big_end_first(std::uint32_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift & 0xFF);
  return bytes;
}

std::string png_chunk(const std::string& type, const std::string& data) {
  boost::crc_32_type checksum;
  checksum.process_bytes(type.data(), type.size());
  checksum.process_bytes(data.data(), data.size());
  return big_end_first(static_cast<std::uint32_t>(data.size())) + type + data +
         big_end_first(checksum.checksum());
}

/// What zip_of() deflated, without the archive around it: raw deflate.
std::string deflated(const std::string& bytes) {
  const std::string archive = zip_of({{"x", bytes}});
  const auto number = [&](std::size_t at, int count) {
    std::size_t value = 0;
    for (int i = count - 1; i >= 0; --i) {
      value = value << 8 | static_cast<unsigned char>(archive[at + std::size_t(i)]);
    }
    return value;
  };
  const std::size_t directory = archive.rfind("PK\x01\x02");
  const std::size_t start = 30 + number(26, 2) + number(28, 2);
  return archive.substr(start, number(directory + 20, 4));
}

std::uint32_t adler32_of_zeros(std::size_t count) {
  return static_cast<std::uint32_t>(count % 65521) << 16 | 1;
}

constexpr const char* kFont = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>";

std::string pdf_stream(const std::string& entries, const std::string& drawing) {
  return fmt::format("<< {} /Length {} >>\nstream\n{}\nendstream", entries, drawing.size(),
                     drawing);
}

std::string pdf_of_objects(const std::vector<std::string>& objects) {
  std::string bytes = "%PDF-1.4\n";
  std::string table = fmt::format("xref\n0 {}\n0000000000 65535 f \n", objects.size() + 1);
  for (std::size_t i = 0; i < objects.size(); ++i) {
    table += fmt::format("{:010} 00000 n \n", bytes.size());
    bytes += fmt::format("{} 0 obj\n{}\nendobj\n", i + 1, objects[i]);
  }
  return bytes + table +
         fmt::format("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{}\n%%EOF\n",
                     objects.size() + 1, bytes.size());
}

constexpr std::string_view kContentTypes =
    R"(<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/)"
    R"(content-types"><Default Extension="xml" ContentType="application/xml"/></Types>)";

std::string relationships(const std::string& content) {
  return R"(<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/)"
         R"(2006/relationships">)" +
         content + "</Relationships>";
}

std::string relationship(const std::string& id, const std::string& type,
                         const std::string& target) {
  return "<Relationship Id=\"" + id +
         "\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/" + type +
         "\" Target=\"" + target + "\"/>";
}

/// Files of `more` take the place of those with the same name.
std::string package_of(Files files, const Files& more) {
  for (const auto& added : more) {
    std::erase_if(files, [&](const auto& file) { return file.first == added.first; });
    files.push_back(added);
  }
  return zip_of(files);
}

}  // namespace

std::string sample_file(const std::string& name) {
  const char* source = std::getenv("BEDPLATE_SOURCE_DIR");
  const std::string path = std::string(source != nullptr ? source : ".") + "/tests/documents/";
  std::ifstream file(path + name, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path + name);
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

std::string zip_of(const Files& files, const char* password) {
  zip_error_t error;
  ::zip_error_init(&error);
  zip_source_t* target = ::zip_source_buffer_create(nullptr, 0, 0, &error);
  zip_t* archive = ::zip_open_from_source(target, ZIP_TRUNCATE, &error);
  if (archive == nullptr) throw std::runtime_error("libzip");
  ::zip_source_keep(target);
  for (const auto& [name, content] : files) {
    zip_source_t* source = ::zip_source_buffer(archive, content.data(), content.size(), 0);
    const zip_int64_t index = ::zip_file_add(archive, name.c_str(), source, ZIP_FL_ENC_UTF_8);
    if (password == nullptr) continue;
    ::zip_file_set_encryption(archive, zip_uint64_t(index), ZIP_EM_TRAD_PKWARE, password);
  }
  if (::zip_close(archive) != 0) throw std::runtime_error("libzip");
  ::zip_source_open(target);
  zip_stat_t facts;
  ::zip_source_stat(target, &facts);
  std::string bytes(facts.size, '\0');
  ::zip_source_read(target, bytes.data(), bytes.size());
  ::zip_source_close(target);
  ::zip_source_free(target);
  return bytes;
}

std::string docx_of(const std::string& body, const Files& more) {
  return package_of(
      {{"[Content_Types].xml", std::string(kContentTypes)},
       {"_rels/.rels", relationships(relationship("r1", "officeDocument", "word/document.xml"))},
       {"word/_rels/document.xml.rels",
        relationships(relationship("r1", "styles", "styles.xml") +
                      relationship("r2", "numbering", "numbering.xml") +
                      relationship("r3", "header", "header1.xml") +
                      relationship("r4", "footnotes", "footnotes.xml"))},
       {"word/document.xml",
        R"(<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/)"
        R"(wordprocessingml/2006/main"><w:body>)" +
            body + "</w:body></w:document>"}},
      more);
}

std::string xlsx_of(const std::string& rows, const Files& more) {
  return package_of(
      {{"[Content_Types].xml", std::string(kContentTypes)},
       {"_rels/.rels", relationships(relationship("r1", "officeDocument", "xl/workbook.xml"))},
       {"xl/_rels/workbook.xml.rels",
        relationships(relationship("r1", "worksheet", "worksheets/sheet1.xml") +
                      relationship("r2", "sharedStrings", "sharedStrings.xml") +
                      relationship("r3", "styles", "/xl/styles.xml"))},
       {"xl/workbook.xml",
        R"(<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main")"
        R"( xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">)"
        R"(<sheets><sheet name="Cargo" sheetId="1" r:id="r1"/></sheets></workbook>)"},
       {"xl/worksheets/sheet1.xml",
        R"(<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">)"
        "<sheetData>" +
            rows + "</sheetData></worksheet>"}},
      more);
}

std::string pdf_of(const std::vector<std::string>& pages) {
  std::vector<std::string> objects = {"<< /Type /Catalog /Pages 2 0 R >>", "", kFont};
  std::string kids;
  for (const std::string& text : pages) {
    const std::size_t number = objects.size() + 1;
    kids += fmt::format("{} 0 R ", number);
    objects.push_back(
        fmt::format("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << "
                    "/F1 3 0 R >> >> /Contents {} 0 R >>",
                    number + 1));
    objects.push_back(pdf_stream("", "BT /F1 24 Tf 72 720 Td (" + text + ") Tj ET"));
  }
  objects[1] = fmt::format("<< /Type /Pages /Kids [{}] /Count {} >>", kids, pages.size());
  return pdf_of_objects(objects);
}

std::string pdf_without_end() {
  constexpr std::size_t kForms = 13;
  std::vector<std::string> objects = {
      "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [4 0 R] /Count 1 >>", kFont,
      "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /XObject << /X 6 0 R >> "
      ">> /Contents 5 0 R >>",
      pdf_stream("", "/X Do")};
  while (objects.size() < 5 + kForms) {
    const std::size_t next = objects.size() + 2;
    const std::string form = fmt::format(
        "/Type /XObject /Subtype /Form /BBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> "
        "/XObject << /X {} 0 R >> >>",
        next);
    const bool is_last = objects.size() + 1 == 5 + kForms;
    objects.push_back(pdf_stream(form, is_last ? "BT /F1 24 Tf 72 720 Td (x) Tj ET"
                                               : "/X Do /X Do /X Do /X Do /X Do /X Do /X Do /X Do "
                                                 "/X Do /X Do"));
  }
  return pdf_of_objects(objects);
}

std::string png_of_zeros(unsigned width, unsigned height, unsigned rows) {
  const std::string pixels((std::size_t{width} + 1) * rows, '\0');
  return std::string("\x89PNG\r\n\x1A\n", 8) +
         png_chunk("IHDR", big_end_first(width) + big_end_first(height) +
                               std::string("\x08\x00\x00\x00\x00", 5)) +
         png_chunk("IDAT",
                   "\x78\x9C" + deflated(pixels) + big_end_first(adler32_of_zeros(pixels.size()))) +
         png_chunk("IEND", "");
}

std::string small_jpeg() {
  jpeg_compress_struct jpeg;
  jpeg_error_mgr errors;
  jpeg.err = ::jpeg_std_error(&errors);
  ::jpeg_create_compress(&jpeg);
  unsigned char* out = nullptr;
  unsigned long size = 0;
  ::jpeg_mem_dest(&jpeg, &out, &size);
  jpeg.image_width = 48;
  jpeg.image_height = 32;
  jpeg.input_components = 3;
  jpeg.in_color_space = JCS_RGB;
  ::jpeg_set_defaults(&jpeg);
  ::jpeg_start_compress(&jpeg, TRUE);
  std::array<unsigned char, 48 * 3> line{};
  for (int row = 0; row < 32; ++row) {
    for (std::size_t x = 0; x < 48; ++x) {
      line[x * 3] = row < 16 ? 255 : 0;
      line[x * 3 + 1] = static_cast<unsigned char>(x * 37);  // enough detail to be cut in
      line[x * 3 + 2] = row < 16 ? 0 : 255;
    }
    JSAMPROW pointer = line.data();
    ::jpeg_write_scanlines(&jpeg, &pointer, 1);
  }
  ::jpeg_finish_compress(&jpeg);
  std::string bytes(reinterpret_cast<char*>(out), size);
  ::jpeg_destroy_compress(&jpeg);
  std::free(out);
  return bytes;
}

std::string small_gif() {
  using namespace std::string_literals;
  // Four colors, four by two pixels: 0 0 0 0 over 1 1 1 1, each code of three bits behind a clear
  // code, so that there is nothing to compress.
  const std::array<int, 17> codes = {4, 0, 4, 0, 4, 0, 4, 0, 4, 1, 4, 1, 4, 1, 4, 1, 5};
  std::string data;
  unsigned bits = 0;
  int count = 0;
  for (const int code : codes) {
    bits |= static_cast<unsigned>(code) << count;
    count += 3;
    for (; count >= 8; count -= 8, bits >>= 8) data += static_cast<char>(bits & 0xFF);
  }
  if (count > 0) data += static_cast<char>(bits);
  return "GIF89a\x04\0\x02\0\xF1\0\0"s + "\xFF\0\0"s + "\0\0\xFF"s + "\0\xFF\0"s + "\0\0\0"s +
         "!\xF9\x04\x01\0\0\x02\0"s + ",\0\0\0\0\x04\0\x02\0\0\x02"s +
         static_cast<char>(data.size()) + data + "\0;"s;
}

std::string small_webp() {
  std::string pixels;
  for (int i = 0; i < 20 * 10; ++i) pixels += i < 100 ? "\xFF\x40\x20" : "\x20\x40\xFF";
  std::uint8_t* out = nullptr;
  const std::size_t size = ::WebPEncodeLosslessRGB(
      reinterpret_cast<const std::uint8_t*>(pixels.data()), 20, 10, 20 * 3, &out);
  std::string bytes(reinterpret_cast<char*>(out), size);
  ::WebPFree(out);
  return bytes;
}

}  // namespace bedplate::documents
