using System.Text.Json;

namespace Parley.Server.CallApi.Methods;

/// <summary>Both spellings of parameters, and words for their types.</summary>
internal static class ParameterNames
{
    /// <summary>The documented spelling: <c>callid_a</c> of <c>callidA</c>, <c>callIdA</c> and <c>call_id_a</c>.</summary>
    public static string Canonical(string name)
    {
        var snake = name.Any(char.IsUpper) ? JsonNamingPolicy.SnakeCaseLower.ConvertName(name) : name;
        return snake.StartsWith("call_id", StringComparison.Ordinal) ? string.Concat("callid", snake.AsSpan("call_id".Length)) : snake;
    }

    /// <summary>What a value of a type is.</summary>
    public static string Needed(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsEnum)
            return "one of " + string.Join(", ", MembersOf(type).Select(name => $"\"{name}\""));
        if (type == typeof(bool))
            return "true or false";
        if (type == typeof(int))
            return "a whole number";
        if (type == typeof(double))
            return "a number";
        if (type == typeof(string))
            return "a text in quotes";
        return type == typeof(IReadOnlyList<string>) ? "a list of texts" : "an object with texts";
    }

    private static IEnumerable<string> MembersOf(Type type) => type.GetFields()
        .SelectMany(field => field.GetCustomAttributes(typeof(System.Text.Json.Serialization.JsonStringEnumMemberNameAttribute), false))
        .Cast<System.Text.Json.Serialization.JsonStringEnumMemberNameAttribute>()
        .Select(attribute => attribute.Name);
}
