#!/usr/bin/env python3
"""Makes stripping-1.json: files with metadata, and what must come out, both written here from their parts.

    python3 crates/stripping/vectors/make.py > crates/stripping/vectors/stripping-1.json

It shares no code with the crate or the browser's module, which are both held against its file. Standard library only.
All names in it are invented.
"""

import json
import struct
import zlib

SECRET = b"Shili Zuozhe"


# --- pictures ----------------------------------------------------------------

def segment(marker, content):
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


def exif(order, orientation):
    """EXIF with an author and, if wanted, an orientation."""
    entries = [(0x010E, 2, len(SECRET), 0)]
    if orientation:
        entries.insert(0, (0x010E, 2, 4, 0x41424300))
        entries[1] = (0x0112, 3, 1, orientation)
    out = (b"MM\0*" if order == ">" else b"II*\0") + struct.pack(order + "IH", 8, len(entries))
    for tag, kind, count, value in entries:
        out += struct.pack(order + "HHI", tag, kind, count)
        out += struct.pack(order + "HH", value, 0) if kind == 3 else struct.pack(order + "I", value)
    return b"Exif\0\0" + out + b"\0\0\0\0" + SECRET


SOI, EOI = b"\xff\xd8", b"\xff\xd9"
ICC = segment(0xE2, b"ICC_PROFILE\0\x01\x01" + b"profile")
ADOBE = b"Adobe\0\x64\0\0\0\0\x00"
QUANT = segment(0xDB, b"\0" + bytes([16] * 64))
FRAME = segment(0xC0, bytes([8, 0, 8, 0, 8, 1, 1, 0x11, 0]))
HUFF = segment(0xC4, bytes([0x00, 0, 1] + [0] * 14 + [0])) + segment(0xC4, bytes([0x10, 0, 1] + [0] * 14 + [0]))
SCAN = segment(0xDA, bytes([1, 1, 0, 0, 63, 0])) + b"\x2f\xff\x00\xff\xd0\x3f"
PICTURE = QUANT + FRAME + HUFF + SCAN


def upright(orientation):
    return segment(0xE1, b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01" + struct.pack(">HHI", orientation, 0, 0))


def jfif(thumbnail):
    size = b"\x01\x01" + b"\x10\x20\x30" if thumbnail else b"\0\0"
    return segment(0xE0, b"JFIF\0\x01\x02\x01\0\x48\0\x48" + size)


def jpeg_full():
    given = (SOI + jfif(True) + segment(0xE0, b"JFXX\0\x10" + SECRET) + segment(0xE1, exif("<", 6))
             + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>" + SECRET) + ICC + segment(0xE2, b"MPF\0" + SECRET)
             + segment(0xED, b"Photoshop 3.0\0" + SECRET) + segment(0xEE, ADOBE + SECRET) + segment(0xFE, SECRET)
             + b"\xff\xff\xff" + PICTURE + EOI + b"after the end " + SECRET)
    return given, SOI + jfif(False) + upright(6) + ICC + segment(0xEE, ADOBE) + PICTURE + EOI


def chunk(name, content):
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


PNG = b"\x89PNG\r\n\x1a\n"
IHDR = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
IDAT = chunk(b"IDAT", zlib.compress(b"\0\x10\x20\x30"))
IEND = chunk(b"IEND", b"")


def png_full():
    kept = [chunk(b"gAMA", struct.pack(">I", 45455)), chunk(b"pHYs", struct.pack(">IIB", 2835, 2835, 1))]
    gone = [chunk(b"tEXt", b"Author\0" + SECRET), chunk(b"zTXt", b"Comment\0\0" + zlib.compress(SECRET)),
            chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + SECRET), chunk(b"eXIf", b"MM\0*" + SECRET),
            chunk(b"tIME", struct.pack(">HBBBBB", 2026, 1, 2, 3, 4, 5)), chunk(b"prVt", SECRET)]
    given = PNG + IHDR + gone[0] + kept[0] + gone[1] + gone[2] + kept[1] + gone[3] + gone[5] + IDAT + gone[4] + IEND + SECRET
    return given, PNG + IHDR + kept[0] + kept[1] + IDAT + IEND


# --- office documents --------------------------------------------------------

def deflate(content):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


def entry(name, content, packed=True, **change):
    return {"name": name.encode(), "content": content, "packed": packed, "extra": b"", "flags": 0, "time": 0, "date": 0x0021,
            "comment": b"", "made": 20, "size": None, "described": False, **change}


def archive(entries, comment=b"", before=b""):
    locals_, central = before, b""
    for e in entries:
        data = deflate(e["content"]) if e["packed"] else e["content"]
        size = len(e["content"]) if e["size"] is None else e["size"]
        crc, method = zlib.crc32(e["content"]), 8 if e["packed"] else 0
        flags = e["flags"] | (8 if e["described"] else 0)
        sums = struct.pack("<III", crc, len(data), size)
        head = struct.pack("<HHHHH", 20, flags, method, e["time"], e["date"])
        shape = struct.pack("<HH", len(e["name"]), len(e["extra"]))
        at = len(locals_)
        locals_ += b"PK\x03\x04" + head + (bytes(12) if e["described"] else sums) + shape + e["name"] + e["extra"] + data
        if e["described"]:
            locals_ += b"PK\x07\x08" + sums
        central += (b"PK\x01\x02" + struct.pack("<H", e["made"]) + head + sums + shape
                    + struct.pack("<HHHII", len(e["comment"]), 0, 0, 0, at) + e["name"] + e["extra"] + e["comment"])
    end = struct.pack("<HHHHIIH", 0, 0, len(entries), len(entries), len(central), len(locals_), len(comment))
    return locals_ + central + b"PK\x05\x06" + end + comment


HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
NS = "http://schemas.openxmlformats.org/"
CORE = (HEAD + f'<cp:coreProperties xmlns:cp="{NS}package/2006/metadata/core-properties"/>').encode()
APP = (HEAD + f'<Properties xmlns="{NS}officeDocument/2006/extended-properties"/>').encode()
CUSTOM = (HEAD + f'<Properties xmlns="{NS}officeDocument/2006/custom-properties"/>').encode()
PEOPLE = (HEAD + '<w15:people xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml"/>').encode()
AUTHORS = (HEAD + f'<p:cmAuthorLst xmlns:p="{NS}presentationml/2006/main"/>').encode()
TYPES = (HEAD + f'<Types xmlns="{NS}package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>').encode()
BODY = (HEAD + f'<w:document xmlns:w="{NS}wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>示例方案</w:t></w:r></w:p></w:body></w:document>').encode()
SHEETS = HEAD + f'<workbook xmlns="{NS}spreadsheetml/2006/main">'
DATED = {"time": 0x6C84, "date": 0x5C21, "extra": b"UT\x05\0\x01abcd", "made": 0x0314, "comment": SECRET}


def secret(tag):
    return f"<{tag}><creator>{SECRET.decode()}</creator></{tag}>".encode()


def docx():
    jpeg_in, jpeg_out = jpeg_full()
    png_in, png_out = png_full()
    inner_in = archive([entry("[Content_Types].xml", TYPES), entry("xl/workbook.xml", workbook(True)), entry("docProps/app.xml", secret("a"))])
    inner_out = archive([entry("[Content_Types].xml", TYPES), entry("xl/workbook.xml", workbook(False), packed=False),
                         entry("docProps/app.xml", APP, packed=False)])
    given = archive([
        entry("[Content_Types].xml", TYPES, **DATED), entry("word/document.xml", BODY, described=True, **DATED),
        entry("docProps/core.xml", secret("core"), **DATED), entry("docProps/app.xml", secret("app")),
        entry("docProps/custom.xml", secret("custom"), packed=False), entry("word/people.xml", secret("p")),
        entry("word/media/", b"", packed=False), entry("word/media/image1.JPG", jpeg_in), entry("word/media/image2.png", png_in, packed=False),
        entry("word/media/image3.emf", b"emf", **DATED), entry("word/media/图.png", b"not a picture", flags=0x0800),
        entry("word/embeddings/book.xlsx", inner_in), entry("package/services/metadata/core-properties/a1.psmdcp", secret("core")),
    ], comment=SECRET)
    out = archive([
        entry("[Content_Types].xml", TYPES), entry("word/document.xml", BODY), entry("docProps/core.xml", CORE, packed=False),
        entry("docProps/app.xml", APP, packed=False), entry("docProps/custom.xml", CUSTOM, packed=False),
        entry("word/people.xml", PEOPLE, packed=False), entry("word/media/image1.JPG", jpeg_out, packed=False),
        entry("word/media/image2.png", png_out, packed=False), entry("word/media/image3.emf", b"emf"),
        entry("word/media/图.png", b"not a picture", flags=0x0800), entry("word/embeddings/book.xlsx", inner_out, packed=False),
        entry("package/services/metadata/core-properties/a1.psmdcp", CORE, packed=False),
    ])
    return given, out


def workbook(secret_path):
    path = f"C:\\Users\\{SECRET.decode()}\\" if secret_path else ""
    return (SHEETS + f'<x15ac:absPath url="{path}" xmlns:x15ac="urn:x"/></workbook>').encode()


def package(main, *more, **how):
    return archive([entry("[Content_Types].xml", TYPES), entry(main, BODY), *more], **how)


def nested(depth):
    inner = package("word/document.xml")
    for _ in range(depth):
        inner = package("word/document.xml", entry("word/embeddings/d.docx", inner))
    return inner


# --- PDF -----------------------------------------------------------------------

def pdf(blank, info=None, metadata=b"", tail=b"", trailer=b"", objects=b"", xref_stream=False):
    """A small document; `blank` writes texts as they must come out."""
    hide = (lambda text: b" " * len(text)) if blank else (lambda text: text)
    if info is None:
        info = (b"<< /Title (" + hide(b"a \\) (b) \\\\") + b") /Author (" + hide(SECRET) + b") /Producer <" + hide(b"FEFF793A4F8B")
                + b"> % a remark (with) brackets\n/Trapped /False /X [ (" + hide(b"list") + b") << /Y (" + hide(b"deep") + b") >> 1 2 ]"
                + b" /CreationDate (" + hide(b"D:20260102030405+08'00'") + b") >>")
    out, places = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", []

    def add(number, content):
        nonlocal out
        places.append((number, len(out)))
        out += b"%d 0 obj\n" % number + content + b"\nendobj\n"

    add(1, b"<< /Type /Catalog /Pages 2 0 R /Metadata 4 0 R >>")
    add(2, b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
    add(3, b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Resources << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>")
    if metadata is not None:
        add(4, metadata or xmp(blank))
    add(5, info)
    out += objects
    start = len(out)
    if xref_stream:
        rows = {0: (0, 0)} | {number: (1, at) for number, at in places} | {6: (1, start)}
        table = b"".join(struct.pack(">BIB", *rows.get(number, (0, 0)), 0) for number in range(7))
        out += (b"6 0 obj\n<</Type/XRef/Size 7/W[1 4 1]/Root 1 0 R/Info 5 0 R/Length %d>>stream\r\n" % len(table) + table + b"\r\nendstream\nendobj\n")
    else:
        out += b"xref\n0 6\n0000000000 65535 f \n"
        at = dict(places)
        out += b"".join(b"%010d 00000 n \n" % at[number] if number in at else b"0000000000 65535 f \n" for number in range(1, 6))
        out += b"trailer\n<< /Size 6 /Root 1 0 R /Info 5 0 R " + trailer + b">>\n"
    return out + b"startxref\n%d\n%%%%EOF\n" % start + tail


def xmp(blank):
    content = b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta>' + SECRET + b"</x:xmpmeta>" + b" " * 40 + b'<?xpacket end="w"?>'
    put = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>'.ljust(len(content)) if blank else content
    return b"<< /Type /Metadata /Subtype /XML /Length %d >>\nstream\n" % len(content) + put + b"\nendstream"


def pdf_picture(blank):
    secret_ = bytes(len(exif(">", 6))) if blank else exif(">", 6)
    words = bytes(len(SECRET)) if blank else SECRET
    return SOI + jfif(False) + segment(0xE1, secret_) + segment(0xFE, words) + PICTURE + EOI


def pdf_objects(blank):
    picture = pdf_picture(blank)
    packet = b'<?xpacket begin="a"?>' + SECRET + b'<?xpacket end="r"?>'
    return (b"7 0 obj\n<< /Type /XObject /Subtype /Image /Width 8 /Height 8 /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode /Length %d >>\nstream\r\n" % len(picture)
            + picture + b"\r\nendstream\nendobj\n8 0 obj\n<< /Length %d >>\nstream\n" % len(packet)
            + (b" " * len(packet) if blank else packet) + b"\nendstream\nendobj\n")


# --- the file --------------------------------------------------------------------

def pairs():
    dated = archive([entry("[Content_Types].xml", TYPES, **DATED), entry("ppt/presentation.xml", BODY), entry("ppt/commentAuthors.xml", secret("a"))])
    plain = archive([entry("[Content_Types].xml", TYPES), entry("ppt/presentation.xml", BODY), entry("ppt/commentAuthors.xml", AUTHORS, packed=False)])
    office = "application/vnd.openxmlformats-officedocument."
    book = [archive([entry("[Content_Types].xml", TYPES), entry("xl/workbook.xml", workbook(given), packed=given)]) for given in (True, False)]
    bare = SOI + PICTURE + EOI
    two_scans = SOI + QUANT + FRAME + HUFF + SCAN + HUFF + SCAN + EOI
    text = "示例文本\twith tab\r\n".encode()
    yield "jpeg with everything", "image/jpeg", *jpeg_full()
    yield "jpeg without anything", "image/jpeg", bare, bare
    yield "jpeg with two scans", "image/jpeg", two_scans, two_scans
    yield "jpeg upright", "image/jpeg", SOI + segment(0xE1, exif(">", 1)) + PICTURE + EOI, bare
    yield "jpeg turned, big-endian", "image/jpeg", SOI + segment(0xE1, exif(">", 8)) + PICTURE + EOI, SOI + upright(8) + PICTURE + EOI
    yield "jpeg with EXIF that breaks off", "image/jpeg", SOI + segment(0xE1, exif("<", 6)[:20]) + PICTURE + EOI, bare
    yield "png with everything", "image/png", *png_full()
    yield "docx with everything", office + "wordprocessingml.document", *docx()
    yield "xlsx with its folder", office + "spreadsheetml.sheet", *book
    yield "pptx", office + "presentationml.presentation", dated, plain
    yield "pdf", "application/pdf", pdf(False), pdf(True)
    yield "pdf with a cross-reference stream", "application/pdf", pdf(False, xref_stream=True), pdf(True, xref_stream=True)
    yield "pdf with a picture and a stray packet", "application/pdf", pdf(False, objects=pdf_objects(False)), pdf(True, objects=pdf_objects(True))
    yield "pdf with a byte order of its own", "application/pdf", pdf(False, tail=b"\r\n \0"), pdf(True, tail=b"\r\n \0")
    yield "text", "text/plain", text, text
    yield "text with a byte order mark", "text/plain", b"\xef\xbb\xbf" + text, b"\xef\xbb\xbf" + text
    yield "a table as text", "text/plain", b"a,b\n1,2\n", b"a,b\n1,2\n"


def refusals():
    jpeg, _ = jpeg_full()
    png, _ = png_full()
    word, _ = docx()
    document = pdf(False)
    main = "word/document.xml"
    yield "nothing", "strip-type", b""
    yield "old office file", "strip-type", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    yield "gif", "strip-type", b"GIF89a" + bytes(20)
    yield "program", "strip-type", b"\x7fELF" + bytes(60)
    yield "text in GB18030", "strip-type", "示例".encode("gb18030")
    yield "text in UTF-16", "strip-type", "示例".encode("utf-16")
    yield "text with a NUL", "strip-type", b"a\0b"
    yield "any zip", "strip-type", archive([entry("a.txt", b"a")])
    yield "zip without content types", "strip-type", archive([entry(main, BODY)])
    yield "two main parts", "strip-type", package(main, entry("xl/workbook.xml", workbook(False)))
    yield "jpeg that breaks off in its head", "strip-broken", jpeg[:60]
    yield "jpeg that breaks off in its scan", "strip-broken", SOI + PICTURE
    yield "jpeg that breaks off in a length", "strip-broken", SOI + b"\xff\xdb\x00"
    yield "jpeg without a scan", "strip-broken", SOI + QUANT + EOI
    yield "jpeg with a length of one", "strip-broken", SOI + b"\xff\xdb\0\x01" + PICTURE + EOI
    yield "jpeg within a jpeg", "strip-broken", SOI + SOI + PICTURE + EOI
    yield "png that breaks off", "strip-broken", png[:-20 - len(SECRET)]
    yield "png with a wrong sum", "strip-broken", PNG + IHDR + IDAT[:-1] + b"\0" + IEND
    yield "png without pixels", "strip-broken", PNG + IHDR + IEND
    yield "png that begins otherwise", "strip-broken", PNG + IDAT + IHDR + IEND
    yield "png with an unknown critical chunk", "strip-broken", PNG + IHDR + chunk(b"XXXX", b"") + IDAT + IEND
    yield "png of an impossible length", "strip-broken", PNG + b"\xff\xff\xff\xffIHDR" + bytes(20)
    yield "docx that breaks off", "strip-broken", word[:-30]
    yield "docx with something behind", "strip-broken", package(main) + b"more"
    yield "docx with something in front", "strip-type", b"MZ" + bytes(8) + package(main)
    yield "docx whose first entry does not begin it", "strip-mixed", b"PK\x03\x04" + archive([entry("[Content_Types].xml", TYPES), entry(main, BODY)], before=bytes(60))[4:]
    yield "docx with a path out of itself", "strip-broken", package(main, entry("../evil.xml", b"x"))
    yield "docx with a doubled name", "strip-broken", package(main, entry("WORD/document.xml", b"x"))
    yield "docx with a wrong sum", "strip-broken", package(main, entry("word/media/a.png", PNG)).replace(struct.pack("<I", zlib.crc32(PNG)), b"abcd")
    yield "docx with a password", "strip-encrypted", package(main, entry("word/a.bin", b"x", flags=1))
    yield "docx with macros", "strip-macro", package(main, entry("word/vbaProject.bin", b"x"))
    yield "xlsx with old macros", "strip-macro", package("xl/workbook.xml", entry("xl/macrosheets/sheet1.xml", b"x"))
    yield "docx with comments", "strip-remarks", package(main, entry("word/comments.xml", b"x"))
    yield "docx with tracked changes", "strip-remarks", archive([entry("[Content_Types].xml", TYPES), entry(main, BODY + b'<w:ins w:author="A"/>')])
    yield "docx with a changed footnote", "strip-remarks", package(main, entry("word/footnotes.xml", b'<w:del w:author="A"/>'))
    yield "xlsx with comments", "strip-remarks", package("xl/workbook.xml", entry("xl/comments1.xml", b"x"))
    yield "xlsx with threads", "strip-remarks", package("xl/workbook.xml", entry("xl/threadedComments/threadedComment1.xml", b"x"))
    yield "pptx with comments", "strip-remarks", package("ppt/presentation.xml", entry("ppt/comments/comment1.xml", b"x"))
    yield "docx that promises less than it holds", "strip-broken", package(main, entry("word/media/a.png", bytes(100_000), size=1000))
    yield "docx that promises more than it holds", "strip-broken", package(main, entry("word/media/a.png", PNG, size=1000))
    yield "docx that unpacks to far too much", "strip-bomb", package(main, *[entry(f"word/media/{i}.bin", b"x", size=200_000_000) for i in range(3)])
    yield "docx with an entry beyond the limit", "strip-bomb", package(main, entry("word/media/a.png", b"x", size=100_000_000))
    yield "docx whose entries overlap", "strip-bomb", overlapping()
    yield "documents within documents", "strip-nested", nested(3)
    yield "docx with a broken picture", "strip-broken", package(main, entry("word/media/a.jpg", SOI + PICTURE))
    yield "pdf that breaks off", "strip-broken", document[:-30]
    yield "pdf with something behind", "strip-broken", document + b"<html>"
    yield "pdf that is a zip too", "strip-mixed", document[:-6] + b"% PK\x05\x06\n%%EOF"
    yield "pdf with a password", "strip-encrypted", pdf(False, trailer=b"/Encrypt 9 0 R ")
    yield "pdf with a signature", "strip-signed", pdf(False, objects=b"9 0 obj\n<< /Type /Sig /ByteRange [0 1 2 3] >>\nendobj\n")
    yield "pdf with compressed XMP", "strip-pdf", pdf(False, metadata=b"<< /Type /Metadata /Filter /FlateDecode /Length 1 >>\nstream\nx\nendstream")
    yield "pdf whose values lie elsewhere", "strip-pdf", pdf(False, info=b"<< /Author 9 0 R >>")
    yield "pdf whose values are compressed", "strip-pdf", pdf(False).replace(b"5 0 obj", b"9 0 obj")
    yield "pdf with an open bracket", "strip-broken", pdf(False, info=b"<< /Author (abc >>")
    yield "pdf nested too deep", "strip-broken", pdf(False, info=b"<< /A " + b"[" * 40 + b"]" * 40 + b" >>")
    yield "pdf with half a packet", "strip-broken", pdf(False, objects=b'9 0 obj\n<< /Length 30 >>\nstream\n<?xpacket begin="a"?> secret\nendstream\nendobj\n')


def overlapping():
    """The directory names one entry twice."""
    whole = package("word/document.xml")
    end, at = whole.rfind(b"PK\x05\x06"), whole.rfind(b"PK\x01\x02")
    record, size, start = whole[at:end], *struct.unpack("<II", whole[end + 12:end + 20])
    return whole[:end] + record + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 3, 3, size + len(record), start, 0)


if __name__ == "__main__":
    stripped = [{"name": n, "type": t, "given": g.hex(), "stripped": s.hex()} for n, t, g, s in pairs()]
    refused = [{"name": n, "code": c, "given": g.hex()} for n, c, g in refusals()]
    assert all(SECRET.hex() not in case["stripped"] for case in stripped)
    print(json.dumps({"format": "yilang-stripping/1", "stripped": stripped, "refused": refused}, ensure_ascii=False, indent=1))
