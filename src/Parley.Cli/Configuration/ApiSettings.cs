using System.Net;
using System.Text;
using Parley.Cli.Terminal;
using Parley.Server.Access;

namespace Parley.Cli.Configuration;

/// <summary>Where an API is served, and to whom; null and empty where nothing was said. Its text form shows no secrets.</summary>
internal sealed record ApiSettings
{
    /// <summary><c>HOST:PORT</c>, <c>wss:HOST:PORT</c> or <c>off</c>; null for the API's default.</summary>
    public string? Listen { get; init; }

    /// <summary>One key that opens everything.</summary>
    public string? Key { get; init; }

    /// <summary>Keys by names, with what each opens; only the file can say that.</summary>
    public IReadOnlyList<ApiKey> Keys { get; init; } = [];

    /// <summary>Origins of web pages that may connect.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary>True when it is not to be served.</summary>
    public bool IsOff => Listen == "off";

    /// <summary>These settings, and what the others say where these say nothing.</summary>
    public ApiSettings Over(ApiSettings others) => new()
    {
        Listen = Listen ?? others.Listen, Key = Key ?? others.Key, Keys = others.Keys, Origins = others.Origins,
    };

    /// <summary>All keys.</summary>
    /// <param name="api">Its name, for messages.</param>
    /// <exception cref="CommandException">Two are the same, or one cannot be a key.</exception>
    public ApiKeyRing Ring(string api)
    {
        try
        {
            return new(Key is null ? Keys : Keys.Prepend(new ApiKey("default", Key)));
        }
        catch (ArgumentException e)
        {
            throw CommandException.Usage($"{api}: {e.Message.Split(" (Parameter")[0]}");
        }
    }

    /// <summary>Refuses what would be open to everybody.</summary>
    /// <param name="option">The option that says where it is.</param>
    /// <param name="address">Where that is.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="danger">What whoever reaches it could do.</param>
    /// <param name="inFile">Where the file has keys.</param>
    /// <exception cref="CommandException">Others can reach it and there is no key.</exception>
    public void RequireKeys(string option, IPEndPoint address, ApiKeyRing keys, string danger, string inFile)
    {
        if (keys.IsEmpty && !IPAddress.IsLoopback(address.Address))
            throw CommandException.Usage($"{option} {Listen}: others than this machine can reach {address.Address}, and {danger}; set {option}-key KEY (or {inFile} in the file), or listen on 127.0.0.1.");
    }

    /// <summary>True when both say the same.</summary>
    public bool IsSameAs(ApiSettings other) =>
        (Listen, Key) == (other.Listen, other.Key) && Origins.SequenceEqual(other.Origins) && Keys.Select(Describe).SequenceEqual(other.Keys.Select(Describe));

    // A list knows only whether it is the same object.
    private static string Describe(ApiKey key) => $"{key.Name} {key.Secret} {string.Join(',', key.Commands ?? ["*"])} {key.Calls}";

    private bool PrintMembers(StringBuilder text)
    {
        text.Append($"Listen = {Listen}, Keys = {Keys.Count}");
        return true;
    }
}
