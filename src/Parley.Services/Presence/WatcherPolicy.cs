using Parley.Services.Accounts;
using Parley.Services.Locations;

namespace Parley.Services.Presence;

/// <summary>Whether somebody may see a state (RFC 3856 §6.6.2; the names are those of RFC 5025 §3.2.1).</summary>
public enum WatcherDecision : byte
{
    /// <summary>They may.</summary>
    Allow,

    /// <summary>It is not decided: the subscription is pending until <see cref="EventService.Decide"/>.</summary>
    Confirm,

    /// <summary>They may not: 403.</summary>
    Block,

    /// <summary>They may not, and are not to know: they get the state of somebody who is not there.</summary>
    PoliteBlock,
}

/// <summary>Who wants to see what.</summary>
/// <param name="Package">The event package.</param>
/// <param name="Resource">Whose state.</param>
/// <param name="Watcher">Who wants to see it: their account, or their From where no account was asked for.</param>
/// <param name="Account">The account they have proven to have; null when none was asked for.</param>
public readonly record struct WatcherRequest(string Package, AddressOfRecord Resource, AddressOfRecord Watcher, Account? Account);
