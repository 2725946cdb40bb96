using System.Text.Json.Serialization;

namespace Parley.Contracts;

/// <summary>Reads an enumeration by the names of its members, never by number.</summary>
internal sealed class StrictEnumConverter<T>() : JsonStringEnumConverter<T>(namingPolicy: null, allowIntegerValues: false)
    where T : struct, Enum;
