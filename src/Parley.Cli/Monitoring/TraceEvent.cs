using System.Text;
using System.Text.Json;
using Parley.Net;
using Parley.Sip.Transport;

namespace Parley.Cli.Monitoring;

/// <summary>One message of the live trace as it travels from <c>serve</c> to <c>trace</c>: a server-sent event whose data is a JSON object.</summary>
internal sealed record TraceEvent(DateTimeOffset Time, string Source, string Destination, string Message)
{
    public const string Prefix = "data: ";

    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    /// <summary>The event, with the empty line that ends it.</summary>
    public static string Write(TracedMessage message)
    {
        var data = new TraceEvent(message.Time, message.Source.ToString(), message.Destination.ToString(), Encoding.UTF8.GetString(message.Bytes.Span));
        return $"{Prefix}{JsonSerializer.Serialize(data, Web)}\n\n";
    }

    /// <summary>Reads a line of the stream; null when it is no event of ours.</summary>
    public static TracedMessage? Read(string line)
    {
        if (!line.StartsWith(Prefix, StringComparison.Ordinal))
            return null;
        try
        {
            return JsonSerializer.Deserialize<TraceEvent>(line.AsSpan(Prefix.Length), Web) is { Message: not null } data
                && NetEndpoint.TryParse(data.Source, out var source) && NetEndpoint.TryParse(data.Destination, out var destination)
                ? new TracedMessage(data.Time, source, destination, Encoding.UTF8.GetBytes(data.Message))
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
