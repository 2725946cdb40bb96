using Parley.Services.Accounts;
using Parley.Services.Locations;
using Parley.Sip.Messages;

namespace Parley.Cli.Phones;

/// <summary>Whether somebody calls by their own name.</summary>
internal static class CallerIdentity
{
    /// <summary>True when a From header's URI is the account's own, or hides who calls.</summary>
    public static bool IsOwn(ServedDomains domains, SipUri from, Account account) =>
        // RFC 3323 §4.1.1.3: who hides says so with this host; who it is has been proven by the credentials.
        from.Host.Equals("anonymous.invalid", StringComparison.OrdinalIgnoreCase)
        || (domains.TryResolve(from, out var address) && address == AddressOfRecord.Create(account.Name, account.Realm));
}
