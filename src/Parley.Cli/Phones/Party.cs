using Parley.Control;
using Parley.Services.Locations;

namespace Parley.Cli.Phones;

/// <summary>Who is at an end of a call: what the legs of calls carry as their tag.</summary>
/// <param name="Name">For people.</param>
/// <param name="Account">Whose phone it is; no value for a trunk, an extension or a stranger, who may set nothing off that costs.</param>
internal readonly record struct PartyIdentity(string Name, AddressOfRecord Account)
{
    public bool IsAccount => Account.HasValue;

    /// <summary>Who is at the end of a leg.</summary>
    public static PartyIdentity Of(CallLeg leg) => leg.Tag is PartyIdentity known ? known : new(leg.Name, default);

    /// <summary>Whose device is rung.</summary>
    public static PartyIdentity Of(RingWay way) => way.Tag is PartyIdentity known ? known : new(way.Name, default);

    /// <summary>A leg with that party at its end.</summary>
    public RelayedLeg LegOf(Call call, params IReadOnlyList<IDisposable?> held) => new(call, Name, held) { Account = IsAccount ? Account.Text : null, Tag = this };
}
