using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Parley.Cli.Terminal;

/// <summary>What a command tells while it runs: a line for people, or with <c>--json</c> an object a line for scripts.</summary>
internal sealed class EventOutput(TextWriter output, bool json)
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly Lock _gate = new();

    /// <summary>Tells of one event.</summary>
    /// <param name="name">Its name in JSON.</param>
    /// <param name="text">The line for people.</param>
    /// <param name="facts">What JSON says besides name and time.</param>
    public void Write(string name, string text, JsonObject? facts = null)
    {
        var line = json ? Json(name, facts) : Printable.From(text);
        lock (_gate)
        {
            output.WriteLine(line);
            output.Flush();
        }
    }

    private static string Json(string name, JsonObject? facts)
    {
        var line = new JsonObject { ["event"] = name, ["time"] = DateTimeOffset.UtcNow };
        foreach (var (key, value) in facts ?? [])
            line[key] = value?.DeepClone();
        return line.ToJsonString(Readable);
    }
}
