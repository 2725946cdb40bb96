using System.Text;
using Parley.Cli.Terminal;
using Parley.Server.Access;

namespace Parley.Cli.Configuration;

/// <summary>Where the call API is served, and to whom; null and empty where nothing was said. Its text form shows no secrets.</summary>
internal sealed record CallApiSettings
{
    public const string Default = "127.0.0.1:5059";

    /// <summary><c>HOST:PORT</c>, <c>wss:HOST:PORT</c> or <c>off</c>; null for the default.</summary>
    public string? Listen { get; init; }

    /// <summary>One key that opens everything.</summary>
    public string? Key { get; init; }

    /// <summary>Keys with what each opens; only the file can say that.</summary>
    public IReadOnlyList<ApiKey> Keys { get; init; } = [];

    /// <summary>Origins of web pages that may connect.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary>True when it is not to be served.</summary>
    public bool IsOff => Listen == "off";

    /// <summary>These settings, and what the others say where these say nothing.</summary>
    public CallApiSettings Over(CallApiSettings others) => new()
    {
        Listen = Listen ?? others.Listen, Key = Key ?? others.Key, Keys = others.Keys, Origins = others.Origins,
    };

    /// <summary>Where to listen, and whether with TLS.</summary>
    /// <exception cref="FormatException">It is no address.</exception>
    public ApiAddress Address() => ApiAddress.Parse(Listen ?? Default, Default);

    /// <summary>All keys.</summary>
    /// <exception cref="CommandException">Two are the same, or one cannot be a key.</exception>
    public ApiKeyRing Ring()
    {
        try
        {
            return new(Key is null ? Keys : Keys.Prepend(new ApiKey("default", Key)));
        }
        catch (ArgumentException e)
        {
            throw CommandException.Usage($"call API: {e.Message.Split(" (Parameter")[0]}");
        }
    }

    /// <summary>True when both say the same.</summary>
    public bool IsSameAs(CallApiSettings other) =>
        (Listen, Key) == (other.Listen, other.Key) && Origins.SequenceEqual(other.Origins) && Keys.Select(Describe).SequenceEqual(other.Keys.Select(Describe));

    private static string Describe(ApiKey key) => $"{key.Name} {key.Secret} {string.Join(',', key.Commands ?? ["*"])} {key.Calls}";

    private bool PrintMembers(StringBuilder text)
    {
        text.Append($"Listen = {Listen}, Keys = {Keys.Count}");
        return true;
    }
}
