using Parley.Services.Accounts;
using Parley.Services.Locations;
using Parley.Sip.Messages;

namespace Parley.Services.Registrar;

/// <summary>How a registrar treats requests. Limits on what is kept are in <see cref="LocationOptions"/>.</summary>
public sealed record RegistrarOptions
{
    /// <summary>Lifetime of a binding whose REGISTER asks for none. Default 1 h (RFC 3261 §10.2.1.1).</summary>
    public TimeSpan DefaultExpires { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Longest lifetime granted; who asks for more gets this. Default 2 h: what a lost phone goes on being called for.</summary>
    public TimeSpan MaxExpires { get; init; } = TimeSpan.FromHours(2);

    /// <summary>Shortest lifetime; who asks for less gets 423 with Min-Expires. Default 60 s. Values of an hour and more refuse nobody who asks for an hour (RFC 3261 §10.3 step 7).</summary>
    public TimeSpan MinExpires { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// A REGISTER with a Path whose device does not say that it knows Path is refused with 420, so that no proxy can put itself in between unseen (RFC 3327 §5.3). Default
    /// true; false takes the path all the same.
    /// </summary>
    public bool RequirePathSupport { get; init; } = true;

    /// <summary>Route a device is to send its requests by, in order (RFC 3608). Default none.</summary>
    public IReadOnlyList<SipUri> ServiceRoute { get; init; } = [];

    /// <summary>
    /// Longest silence a device with outbound flows may keep before it sends a keep-alive (Flow-Timer, RFC 5626 §5.4). Default none: the device decides.
    /// </summary>
    public TimeSpan? FlowTimer { get; init; }

    /// <summary>True for devices to be given GRUUs when they ask (RFC 5627). Default true.</summary>
    public bool Gruu { get; init; } = true;

    /// <summary>Who may register whom: an account and the address of record it wants to change. Default: its own only. Otherwise 403.</summary>
    public Func<Account, AddressOfRecord, bool> MayRegister { get; init; } =
        static (account, address) => account.Name == address.User && account.Realm == address.Domain;
}
