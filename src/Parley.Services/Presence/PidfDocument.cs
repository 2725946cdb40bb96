using System.Diagnostics.CodeAnalysis;
using System.Xml;
using System.Xml.Linq;
using Parley.Services.Locations;

namespace Parley.Services.Presence;

/// <summary>A published presence document (RFC 3863), checked and taken apart.</summary>
internal sealed class PidfDocument
{
    private static readonly XNamespace s_pidf = "urn:ietf:params:xml:ns:pidf";

    private PidfDocument(XElement root)
    {
        Tuples = [.. root.Elements(s_pidf + "tuple")];
        Notes = [.. root.Elements(s_pidf + "note")];
        Others = [.. root.Elements().Where(element => element.Name.Namespace != s_pidf)];
    }

    private IReadOnlyList<XElement> Tuples { get; }

    private IReadOnlyList<XElement> Notes { get; }

    // Persons and devices of RFC 4479, and whatever else there may be.
    private IReadOnlyList<XElement> Others { get; }

    /// <summary>Reads a document of a stranger. False, and why, when it is none, or more than is taken.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, EventLimits limits, [NotNullWhen(true)] out PidfDocument? document, out string problem)
    {
        document = null;
        var copy = bytes.ToArray();
        try
        {
            if (IsTooDeep(copy, limits))
            {
                problem = $"The document is nested deeper than {limits.MaxDepth} elements";
                return false;
            }

            using var reader = XmlReader.Create(new MemoryStream(copy), XmlDocuments.Reading(limits.MaxDocument));
            var root = XElement.Load(reader);
            problem = Fault(root) ?? "";
            if (problem.Length > 0)
                return false;
            document = new PidfDocument(root);
            return true;
        }
        catch (XmlException)
        {
            problem = "The document is no well-formed XML without document type";
            return false;
        }
    }

    /// <summary>All of somebody's documents as one, the newest first.</summary>
    public static byte[] Compose(AddressOfRecord resource, IReadOnlyList<PidfDocument> documents)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var root = new XElement(s_pidf + "presence", new XAttribute("entity", resource.ToUri().ToString()));
        for (var i = 0; i < documents.Count; i++)
            root.Add(documents[i].Tuples.Select(tuple => Unique(tuple, ids)));
        // RFC 3863 §4.4: tuples, then notes, then what other namespaces have.
        root.Add(documents.SelectMany(document => document.Notes).Select(note => new XElement(note)));
        root.Add(documents.SelectMany(document => document.Others).Select(other => Unique(other, ids)));
        return XmlDocuments.Write(root.WriteTo);
    }

    /// <summary>Somebody who has published nothing.</summary>
    public static byte[] Basic(AddressOfRecord resource, bool isOpen) => XmlDocuments.Write(xml =>
    {
        xml.WriteStartElement("presence", s_pidf.NamespaceName);
        xml.WriteAttributeString("entity", resource.ToUri().ToString());
        xml.WriteStartElement("tuple", s_pidf.NamespaceName);
        xml.WriteAttributeString("id", "registered");
        xml.WriteStartElement("status", s_pidf.NamespaceName);
        xml.WriteElementString("basic", s_pidf.NamespaceName, isOpen ? "open" : "closed");
        xml.WriteEndElement();
        xml.WriteEndElement();
        xml.WriteEndElement();
    });

    private static bool IsTooDeep(byte[] bytes, EventLimits limits)
    {
        using var reader = XmlReader.Create(new MemoryStream(bytes), XmlDocuments.Reading(limits.MaxDocument));
        while (reader.Read())
        {
            if (reader.Depth > limits.MaxDepth)
                return true;
        }

        return false;
    }

    private static string? Fault(XElement root)
    {
        if (root.Name != s_pidf + "presence")
            return "The document is no presence element of RFC 3863";
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var tuple in root.Elements(s_pidf + "tuple"))
        {
            if (tuple.Attribute("id")?.Value is not { Length: > 0 } id || !ids.Add(id))
                return "A tuple needs an id of its own";
            if (tuple.Element(s_pidf + "status") is null)
                return "A tuple needs a status";
        }

        return null;
    }

    // Two devices may use one id; within a document it must be unique.
    private static XElement Unique(XElement element, HashSet<string> ids)
    {
        var copy = new XElement(element);
        if (copy.Attribute("id") is not { } id || ids.Add(id.Value))
            return copy;
        for (var number = 2; ; number++)
        {
            var other = $"{id.Value}-{number}";
            if (!ids.Add(other))
                continue;
            id.Value = other;
            return copy;
        }
    }
}
