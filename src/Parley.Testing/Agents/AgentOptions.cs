using System.Collections.ObjectModel;
using System.Text;

namespace Parley.Testing.Agents;

/// <summary>Who an agent is and how it behaves. In brackets: the key of the same in a script's map. Its text form shows no secrets.</summary>
public sealed record AgentOptions
{
    /// <summary>SIP user, of the address and for credentials [<c>username</c>]. Required.</summary>
    public string Username { get; init; } = "";

    /// <summary>SIP domain and registrar, with a port where it is not the usual one [<c>domain</c>]. Required.</summary>
    public string Domain { get; init; } = "";

    /// <summary>Password [<c>password</c>]. Default empty: a challenge is then a refusal.</summary>
    public string Password { get; init; } = "";

    /// <summary>Name shown to whom it calls [<c>display_name</c>]. Default none.</summary>
    public string? DisplayName { get; init; }

    /// <summary><c>udp</c>, <c>tcp</c> or <c>tls</c> [<c>transport</c>]. Default udp.</summary>
    public string Transport { get; init; } = "udp";

    /// <summary>User name for credentials [<c>auth_user</c>]. Default <see cref="Username"/>.</summary>
    public string? AuthUser { get; init; }

    /// <summary>Outbound proxy, a SIP URI [<c>outbound</c>]. Default none.</summary>
    public string? Outbound { get; init; }

    /// <summary>STUN server that tells the address to show, <c>stun:host:port</c> [<c>stun_server</c>]. Default none.</summary>
    public string? StunServer { get; init; }

    /// <summary>Encryption of the audio [<c>media_enc</c>]: <c>srtp</c> offers it, <c>srtp-mand</c> insists on it. Default none.</summary>
    public string? MediaEncryption { get; init; }

    /// <summary>Seconds a registration lasts and is renewed in time [<c>regint</c>]; 0 registers only when told to. Default 3600.</summary>
    public int RegInt { get; init; } = 3600;

    /// <summary>Subscribe to the mailbox's state (RFC 3842) [<c>mwi</c>]. Default false.</summary>
    public bool Mwi { get; init; }

    /// <summary>How digits are sent [<c>dtmf_mode</c>]: <c>rtpevent</c>, <c>info</c>, <c>auto</c> (events where the peer takes them, else INFO), <c>inband</c>. Default rtpevent, also for any other text.</summary>
    public string DtmfMode { get; init; } = "rtpevent";

    /// <summary>Headers added to the INVITEs and REGISTERs it sends, in order; a name may come more than once [<c>headers</c>, a map, arrays for repeated ones]. Default none.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Sends every caller there, as <see cref="Agent.DeflectAsync(string, CancellationToken)"/> does [<c>deflect_to</c>]. Default none.</summary>
    public string? DeflectTo { get; init; }

    /// <summary>Anything the script wants to know it by [<c>metadata</c>, a map]. Default empty.</summary>
    public IReadOnlyDictionary<string, object?> Metadata { get; init; } = ReadOnlyDictionary<string, object?>.Empty;

    /// <summary>Seconds it rings elsewhere before it gives up. Default 180.</summary>
    public int RingTimeout { get; init; } = 180;

    /// <summary>Reads a script's map.</summary>
    /// <param name="agent">The agent's name, for messages.</param>
    /// <param name="map">Strings, numbers (long, double), bools, lists, maps and null.</param>
    /// <exception cref="AgentException">A key is unknown, a required one missing, or a value cannot be.</exception>
    public static AgentOptions FromMap(string agent, IReadOnlyDictionary<string, object?> map) => AgentOptionReader.Read(agent, map);

    private bool PrintMembers(StringBuilder text)
    {
        text.Append($"Username = {Username}, Domain = {Domain}, AuthUser = {AuthUser}, Transport = {Transport}, Outbound = {Outbound}, MediaEncryption = {MediaEncryption}");
        return true;
    }
}
