namespace Parley.Services.Locations;

/// <summary>A domain whose users are looked after here.</summary>
/// <param name="Name">Its name, which is the realm of its accounts and what addresses of record are kept under.</param>
public sealed record ServedDomain(string Name)
{
    /// <summary>Further hosts that mean the same: addresses of the server, other names of it. Default none.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];
}
