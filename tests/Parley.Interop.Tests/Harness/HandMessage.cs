using System.Globalization;

namespace Parley.Interop.Tests.Harness;

/// <summary>A received message, taken apart as far as the tests look.</summary>
internal sealed class HandMessage
{
    private readonly List<(string Name, string Value)> _headers = [];

    public HandMessage(string text)
    {
        Text = text;
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        Body = end < 0 ? "" : text[(end + 4)..];
        var lines = (end < 0 ? text : text[..end]).Split("\r\n");
        StartLine = lines[0];
        foreach (var line in lines[1..])
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
                _headers.Add((line[..colon].Trim(), line[(colon + 1)..].Trim()));
        }
    }

    public string Text { get; }

    public string StartLine { get; }

    public string Body { get; }

    /// <summary>0 for a request.</summary>
    public int Status => StartLine.StartsWith("SIP/2.0 ", StringComparison.Ordinal)
        ? int.Parse(StartLine.AsSpan(8, 3), CultureInfo.InvariantCulture) : 0;

    public string Method => Status == 0 ? StartLine.Split(' ')[0] : this["CSeq"].Split(' ')[1];

    /// <summary>The first value of a header, empty if there is none.</summary>
    public string this[string header]
        => _headers.FirstOrDefault(h => h.Name.Equals(header, StringComparison.OrdinalIgnoreCase)).Value ?? "";

    public IEnumerable<string> All(string header)
        => _headers.Where(h => h.Name.Equals(header, StringComparison.OrdinalIgnoreCase)).Select(h => h.Value);

    /// <summary>The port of the first m= line.</summary>
    public int MediaPort
    {
        get
        {
            var line = Body.Split("\r\n").FirstOrDefault(l => l.StartsWith("m=audio ", StringComparison.Ordinal));
            Assert.True(line is not null, $"no m=audio in\n{Text}");
            return int.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
        }
    }

    public override string ToString() => Text;
}
