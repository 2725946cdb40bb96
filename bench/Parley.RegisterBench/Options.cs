using System.Globalization;
using Parley.Services.Locations;
using Parley.Storage.Postgres;
using Parley.Storage.Sqlite;

namespace Parley.RegisterBench;

internal sealed record Options(string Port, string Store, string Auth, int Users)
{
    public static Options Read(string[] args) => new(
        Value(args, "--port", "5060"), Value(args, "--store", "memory"), Value(args, "--auth", "none"), int.Parse(Value(args, "--users", "10000"), CultureInfo.InvariantCulture));

    public async Task<ILocationStore?> OpenAsync()
    {
        var colon = Store.IndexOf(':', StringComparison.Ordinal);
        return Store[..Math.Max(colon, 0)] switch
        {
            "sqlite" => (await SqliteStorage.OpenAsync(Store[(colon + 1)..])).Locations,
            "postgres" => (await PostgresStorage.OpenAsync(Store[(colon + 1)..])).Locations,
            _ => null,
        };
    }

    private static string Value(string[] args, string name, string fallback)
    {
        var at = Array.IndexOf(args, name);
        return at >= 0 && at + 1 < args.Length ? args[at + 1] : fallback;
    }
}
