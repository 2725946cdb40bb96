using System.Collections;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Parley.Cli.Configuration;
using Parley.Client.AspNetCore;
using Parley.Contracts.Voice;
using Parley.Media.Sdp;

namespace Parley.Cli.Tests.Secrets;

/// <summary>Options are printed by who looks for a fault, and then lie in logs: no record of any project says a password, key or token in its text form.</summary>
public sealed class SecretTests
{
    private const string Marker = "hunter2-0123456789";

    // What is in a name's words; a key is one only at its end: KeyLength is none.
    private static readonly string[] s_words = ["Password", "Passphrase", "Secret", "Credential", "Authorization", "Cookie", "ApiKey", "Ha1", "ConnectionString"];

    private static readonly string[] s_ends = ["Key", "Token", "Pin"];

    // Secrets by other names.
    private static readonly HashSet<string> s_more = ["ServeSettings.Storage", "DigestHa1.Hex"];

    // What only sounds like one.
    private static readonly Dictionary<string, string> s_exceptions = new()
    {
        ["MetricsEvent.Key"] = "the name of what was measured",
        ["SpeechMetric.Key"] = "the name of what was measured",
        ["TtsCommand.CacheKey"] = "the name a text is kept under",
        ["SpeakCommand.CacheKey"] = "the name a text is kept under",
        ["SynthesisRequest.CacheKey"] = "the name a text is kept under",
        ["BotModel.ApiKeyEnv"] = "the name of an environment variable",
        ["BotVendor.SecretKeyEnv"] = "the name of an environment variable",
        ["BotReport.SecretEnv"] = "the name of an environment variable",
        ["ServeSettings.TlsKey"] = "the name of a file",
    };

    private static readonly Lazy<List<(Type Type, List<PropertyInfo> Secrets)>> s_records = new(() =>
    [
        .. Assemblies().SelectMany(assembly => assembly.GetTypes())
            .Where(type => type is { IsAbstract: false, ContainsGenericParameters: false } && PrintMembers(type) is not null)
            .Select(type => (type, type.GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(property => IsSecret(property)).ToList()))
            .Where(one => one.Item2.Count > 0),
    ]);

    public static TheoryData<string> Records => [.. s_records.Value.Select(one => one.Type.FullName!)];

    [Theory]
    [MemberData(nameof(Records))]
    public void A_record_shows_no_secret(string type)
    {
        var (record, secrets) = s_records.Value.Single(one => one.Type.FullName == type);
        var filled = Fill(record);
        Assert.All(secrets, property => Assert.Equal(Marker, property.GetValue(filled)));
        Assert.DoesNotContain(Marker, filled.ToString(), StringComparison.Ordinal);
    }

    // Commands and options of voice agents are written down, listed and kept: as JSON, by one rule about names.
    [Fact]
    public void What_is_written_down_as_JSON_shows_none()
    {
        var options = s_records.Value.Where(one => one.Type.Namespace!.StartsWith("Parley.Contracts.Voice", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(options);
        foreach (var (type, _) in options)
        {
            var shape = VoiceJson.Default.GetTypeInfo(type);
            Assert.NotNull(shape);
            var json = JsonSerializer.SerializeToUtf8Bytes(Fill(type), shape);
            Assert.Contains(Marker, Encoding.UTF8.GetString(json), StringComparison.Ordinal);
            Assert.DoesNotContain(Marker, VoiceSecrets.Redact(json), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_SDP_attribute_shows_no_key_of_the_audio() =>
        Assert.DoesNotContain(Marker, new SdpAttribute("crypto", $"1 AES_CM_128_HMAC_SHA1_80 inline:{Marker}").ToString(), StringComparison.Ordinal);

    [Fact]
    public void What_is_said_to_be_no_secret_is_there()
    {
        var all = Assemblies().SelectMany(assembly => assembly.GetTypes()).SelectMany(type => type.GetProperties().Select(property => $"{type.Name}.{property.Name}")).ToHashSet();
        Assert.All(s_exceptions.Keys.Concat(s_more), name => Assert.Contains(name, all));
        Assert.InRange(s_records.Value.Count, 25, 200);
    }

    private static bool IsSecret(PropertyInfo property) => property.PropertyType == typeof(string) && $"{property.DeclaringType!.Name}.{property.Name}" is var name && !s_exceptions.ContainsKey(name)
        && (s_more.Contains(name) || s_words.Any(word => property.Name.Contains(word, StringComparison.Ordinal)) || s_ends.Any(word => property.Name.EndsWith(word, StringComparison.Ordinal)));

    private static MethodInfo? PrintMembers(Type type) => type.GetMethod("PrintMembers", BindingFlags.Instance | BindingFlags.NonPublic, [typeof(StringBuilder)]);

    private static object Fill(Type type)
    {
        // The least constructor, for its arguments are properties; what it leaves out is set.
        var constructor = type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Where(one => !(one.GetParameters() is [var only] && only.ParameterType == type)).MinBy(one => one.GetParameters().Length);
        var record = constructor is null ? Activator.CreateInstance(type)! : constructor.Invoke([.. constructor.GetParameters().Select(one => Value(one.ParameterType, one.Name!, Named(type, one.Name!)))]);
        foreach (var property in type.GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(one => one.CanWrite && one.GetIndexParameters().Length == 0))
        {
            if (IsSecret(property) || property.GetValue(record) is null)
                property.SetValue(record, Value(property.PropertyType, property.Name, property));
        }

        return record;
    }

    private static PropertyInfo? Named(Type type, string name) => type.GetProperty(name, BindingFlags.Instance | BindingFlags.Public | BindingFlags.IgnoreCase);

    private static object? Value(Type type, string name, PropertyInfo? property)
    {
        if (type == typeof(string))
            return property is not null && IsSecret(property) ? Marker : name;
        if (type == typeof(Uri))
            return new Uri("http://example.com/");
        if (type.IsValueType)
            return Nullable.GetUnderlyingType(type) is null ? Activator.CreateInstance(type) : null;
        return type.IsGenericType && type.GetGenericArguments() is [var item] && typeof(IEnumerable).IsAssignableFrom(type) && type.IsAssignableFrom(item.MakeArrayType()) ? Array.CreateInstance(item, 0) : null;
    }

    private static List<Assembly> Assemblies()
    {
        var found = new Dictionary<string, Assembly>();
        Add(typeof(SettingsFile).Assembly);
        Add(typeof(VoiceWebhookOptions).Assembly);
        return [.. found.Values];

        void Add(Assembly assembly)
        {
            if (!found.TryAdd(assembly.GetName().Name!, assembly))
                return;
            foreach (var below in assembly.GetReferencedAssemblies().Where(one => one.Name!.StartsWith("Parley", StringComparison.Ordinal)))
                Add(Assembly.Load(below));
        }
    }
}
