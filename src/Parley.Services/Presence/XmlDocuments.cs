using System.Text;
using System.Xml;

namespace Parley.Services.Presence;

/// <summary>Writes the documents of packages, and reads what strangers send without being led anywhere.</summary>
internal static class XmlDocuments
{
    private static readonly XmlWriterSettings s_writing = new() { Encoding = new UTF8Encoding(false), CloseOutput = false };

    /// <summary>What a stranger's document is read with: no document type, so no entities; nothing is fetched from anywhere.</summary>
    public static XmlReaderSettings Reading(int maxCharacters) => new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = maxCharacters,
        MaxCharactersFromEntities = 1,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        IgnoreWhitespace = true,
    };

    public static byte[] Write(Action<XmlWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = XmlWriter.Create(stream, s_writing))
        {
            writer.WriteStartDocument();
            write(writer);
            writer.WriteEndDocument();
        }

        return stream.ToArray();
    }

    /// <summary>Text as it may stand in a document: characters XML does not have become question marks.</summary>
    public static string Clean(string text)
    {
        var bad = false;
        foreach (var c in text)
            bad |= !XmlConvert.IsXmlChar(c);
        return bad ? new string([.. text.Select(c => XmlConvert.IsXmlChar(c) ? c : '?')]) : text;
    }
}
